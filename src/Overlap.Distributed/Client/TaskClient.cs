using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Diagnostics;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Client;

/// <summary>Sends calls, and reads what became of them. Safe for use by several threads.</summary>
/// <remarks>Broker and backend belong to who made them.</remarks>
[DebuggerDisplay("TaskClient at {_broker.Address,nq}")]
public sealed class TaskClient
{
    // How many batches are under way at a time: while the broker confirms one, the next is written.
    private const int BatchesUnderWay = 4;

    private readonly IBroker _broker;
    private readonly IResultBackend? _backend;
    private readonly TaskClientOptions _options;
    private readonly ConcurrentDictionary<string, bool> _declared = new(StringComparer.Ordinal);
    private readonly string _replyTo = Guid.NewGuid().ToString();

    /// <summary>Makes a client.</summary>
    /// <param name="broker">Where calls are sent.</param>
    /// <param name="backend">Where results are; <see langword="null"/>: calls are sent only.</param>
    /// <param name="options">The settings; the default ones if there are none.</param>
    public TaskClient(IBroker broker, IResultBackend? backend = null, TaskClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(broker);
        _broker = broker;
        _backend = backend;
        _options = options ?? new TaskClientOptions();
    }

    /// <summary>Reads results into .NET values, and writes arguments.</summary>
    public WireConverter Converter => _options.Converter;

    internal IResultBackend Backend => _backend
        ?? throw new InvalidOperationException("The client has no result backend: give it one to learn what became of calls.");

    /// <summary>Sends a call.</summary>
    /// <param name="signature">The call.</param>
    /// <param name="cancellationToken">Gives up; the call may have been sent.</param>
    /// <returns>The call's handle, when the broker has confirmed it.</returns>
    /// <remarks>
    /// Order: calls of one who waits for each keep their order. Race: sendings may overlap. Memory: the message until it is confirmed.
    /// Cost: one round trip, shared with others that are under way.
    /// </remarks>
    /// <exception cref="TaskSendException">The broker has not confirmed it; its outcome tells whether the call may run all the same.</exception>
    /// <exception cref="MessageFormatException">An argument has no form in the content type.</exception>
    public async ValueTask<TaskHandle> SendAsync(Signature signature, CancellationToken cancellationToken = default)
    {
        (string id, SendOutcome outcome) = await SendOneAsync(signature, cancellationToken).ConfigureAwait(false);
        return new TaskHandle(this, id, outcome);
    }

    /// <summary>Sends a call whose result's type is known.</summary>
    /// <inheritdoc cref="SendAsync(Signature, CancellationToken)" path="/param|/returns|/remarks|/exception"/>
    public async ValueTask<TaskHandle<T>> SendAsync<T>(Signature signature, CancellationToken cancellationToken = default)
    {
        (string id, SendOutcome outcome) = await SendOneAsync(signature, cancellationToken).ConfigureAwait(false);
        return new TaskHandle<T>(this, id, outcome);
    }

    /// <summary>Sends many calls, many at a time.</summary>
    /// <param name="signatures">The calls.</param>
    /// <param name="cancellationToken">Gives up; some may have been sent.</param>
    /// <returns>The calls' handles in their order, when the broker has confirmed all.</returns>
    /// <remarks>
    /// Order: of each batch; the batches overlap. Race: as with single calls. Memory: a few batches, and the handles.
    /// Cost: one round trip for each batch, several under way at a time.
    /// </remarks>
    /// <exception cref="TaskSendException">The broker has not confirmed a batch; others may have been sent.</exception>
    /// <exception cref="MessageFormatException">An argument has no form in the content type.</exception>
    public async ValueTask<IReadOnlyList<TaskHandle>> SendManyAsync(IEnumerable<Signature> signatures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        List<TaskHandle> handles = [];
        Queue<Task<(ImmutableArray<string> Ids, SendOutcome Outcome)>> underWay = [];
        try
        {
            foreach (Signature[] batch in signatures.Chunk(_options.BatchSize))
            {
                Publication[] publications = new Publication[batch.Length];
                ImmutableArray<string>.Builder ids = ImmutableArray.CreateBuilder<string>(batch.Length);
                for (int index = 0; index < batch.Length; index++)
                {
                    (publications[index], string id) = Prepare(batch[index]);
                    ids.Add(id);
                }

                underWay.Enqueue(SendBatchAsync(publications, ids.MoveToImmutable(), cancellationToken));
                if (underWay.Count == BatchesUnderWay)
                {
                    Take(await underWay.Dequeue().ConfigureAwait(false));
                }
            }

            while (underWay.TryDequeue(out Task<(ImmutableArray<string> Ids, SendOutcome Outcome)>? batch))
            {
                Take(await batch.ConfigureAwait(false));
            }
        }
        finally
        {
            // Of one that failed the others are waited for: none is left to itself.
            await Task.WhenAll((IEnumerable<Task>)underWay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return handles;

        void Take((ImmutableArray<string> Ids, SendOutcome Outcome) sent) => handles.AddRange(sent.Ids.Select(id => new TaskHandle(this, id, sent.Outcome)));
    }

    /// <summary>Makes a handle of a call that was sent elsewhere or before.</summary>
    public TaskHandle<T> GetHandle<T>(string taskId)
    {
        ArgumentException.ThrowIfNullOrEmpty(taskId);
        return new TaskHandle<T>(this, taskId, SendOutcome.NotSent);
    }

    /// <summary>Tells all workers that listen now not to start calls.</summary>
    /// <param name="taskIds">The ids of the calls.</param>
    /// <param name="terminates">Whether to stop those that run: their tokens are cancelled.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask RevokeAsync(ImmutableArray<string> taskIds, bool terminates = false, CancellationToken cancellationToken = default)
    {
        WireValue ids = taskIds is [string only] ? only : taskIds.Select(static id => (WireValue)id).ToImmutableArray();
        ControlRequest request = new()
        {
            Method = ControlCodec.Revoke,
            Arguments = new WireMap([new(ControlCodec.TaskIdArgument, ids), new(ControlCodec.TerminateArgument, terminates)]),
        };
        return _broker.BroadcastAsync(ControlCodec.Exchange, "", ControlCodec.Write(request), cancellationToken);
    }

    private static WireMap WithTrace(WireMap headers, Activity? activity)
    {
        if (activity is not { IdFormat: ActivityIdFormat.W3C, Id: { } parent } || headers.ContainsKey(TraceHeaders.Parent))
        {
            return headers;
        }

        headers = headers.With(TraceHeaders.Parent, parent);
        return activity.TraceStateString is { Length: > 0 } state ? headers.With(TraceHeaders.State, state) : headers;
    }

    private async ValueTask<(string Id, SendOutcome Outcome)> SendOneAsync(Signature signature, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signature);
        using Activity? activity = DistributedDiagnostics.ActivitySource.HasListeners() ? StartActivity(signature) : null;
        (Publication publication, string id) = Prepare(signature);
        activity?.SetTag("messaging.message.id", id);
        (_, SendOutcome outcome) = await SendBatchAsync(new[] { publication }, [id], cancellationToken).ConfigureAwait(false);
        return (id, outcome);
    }

    private Activity? StartActivity(Signature signature)
    {
        string queue = signature.Options.Queue ?? _options.DefaultQueue;
        Activity? activity = DistributedDiagnostics.ActivitySource.StartActivity($"send {queue}", ActivityKind.Producer);
        activity?.SetTag("messaging.system", "celery");
        activity?.SetTag("messaging.operation.type", "send");
        activity?.SetTag("messaging.destination.name", queue);
        activity?.SetTag("celery.task_name", signature.Task);
        return activity;
    }

    /// <summary>Makes the message of a call, and its id.</summary>
    /// <exception cref="MessageFormatException">An argument has no form in the content type.</exception>
    internal (Publication Publication, string Id) Prepare(Signature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        CallOptions options = signature.Options;
        TaskContext? parent = TaskContext.Current;
        DateTimeOffset now = _options.TimeProvider.GetUtcNow();
        string id = options.TaskId ?? Guid.NewGuid().ToString();
        string? queue = options.Queue ?? (options.Exchange is null && options.RoutingKey is null ? _options.DefaultQueue : null);
        string exchange = queue is null ? options.Exchange ?? _options.DefaultQueue : "";
        string routingKey = queue ?? options.RoutingKey ?? "";
        DateTimeOffset? expires = options.Expires ?? now + options.ExpiresAfter;
        TaskMessage message = new()
        {
            Task = signature.Task,
            Id = id,
            Args = signature.Args,
            Kwargs = signature.Kwargs,
            RootId = options.RootId ?? parent?.Message.RootId ?? parent?.Id ?? id,
            ParentId = options.ParentId ?? parent?.Id,
            GroupId = options.GroupId,
            GroupIndex = options.GroupIndex,
            Shadow = options.Shadow,
            Eta = options.Eta ?? (options.Countdown > TimeSpan.Zero ? now + options.Countdown : null),
            Expires = expires,
            HardLimit = options.HardLimit,
            SoftLimit = options.SoftLimit,
            Origin = _options.Origin,
            IgnoresResult = options.IgnoresResult ?? false,
            Callbacks = options.Callbacks,
            Errbacks = options.Errbacks,
            Chain = options.Chain,
            Chord = options.Chord,
            OtherHeaders = WithTrace(options.Headers, Activity.Current),
            Content = options.Content ?? _options.Content,
            IsCompressed = options.IsCompressed ?? false,
            Properties = new MessageProperties
            {
                CorrelationId = id,
                ReplyTo = options.ReplyTo ?? _replyTo,
                Priority = options.Priority ?? 0,
                Expiration = expires is { } date ? TimeSpan.FromTicks(Math.Max(0, (date - now).Ticks)) : null,
                Exchange = exchange,
                RoutingKey = routingKey,
            },
        };
        WireMessage written = TaskMessageCodec.Write(StampedOptions.Stamp(message, options.Others), _options.EmitsTypeTags);
        return (new Publication(exchange, routingKey, written), id);
    }

    private async Task<(ImmutableArray<string> Ids, SendOutcome Outcome)> SendBatchAsync(
        ReadOnlyMemory<Publication> publications, ImmutableArray<string> ids, CancellationToken cancellationToken)
    {
        SendOutcome outcome = SendOutcome.Confirmed;
        for (int retry = 0; ; retry++)
        {
            try
            {
                if (retry > 0)
                {
                    await Task.Delay(_options.Retry.DelayBefore(retry), _options.TimeProvider, cancellationToken).ConfigureAwait(false);
                }

                await DeclareAsync(publications, cancellationToken).ConfigureAwait(false);
                await _broker.PublishAsync(publications, cancellationToken).ConfigureAwait(false);
                ClientMetrics.CountSent(ids.Length, outcome);
                return (ids, outcome);
            }
            catch (BrokerException exception)
            {
                outcome = exception is PublishUncertainException ? SendOutcome.Resent : outcome;
                if (retry >= _options.Retry.MaxRetries || !exception.IsTransient)
                {
                    TaskSendException failure = Failure(exception, outcome, ids);
                    ClientMetrics.CountSent(ids.Length, failure.Outcome);
                    throw failure;
                }
            }
        }
    }

    private static TaskSendException Failure(BrokerException exception, SendOutcome outcome, ImmutableArray<string> ids)
    {
        string what = ids is [string id] ? $"The call {id}" : $"A batch of {ids.Length} calls";
        return outcome == SendOutcome.Confirmed
            ? new TaskSendException($"{what} was not sent: {exception.Message}", SendOutcome.Refused, ids, exception)
            : new TaskSendException($"{what} may or may not have been sent: {exception.Message}", SendOutcome.Unknown, ids, exception);
    }

    private async ValueTask DeclareAsync(ReadOnlyMemory<Publication> publications, CancellationToken cancellationToken)
    {
        for (int index = 0; index < publications.Length; index++)
        {
            Publication publication = publications.Span[index];
            if (publication.Exchange.Length == 0 && !_declared.ContainsKey(publication.RoutingKey))
            {
                await _broker.DeclareAsync(new QueueDefinition(publication.RoutingKey), cancellationToken).ConfigureAwait(false);
                _declared.TryAdd(publication.RoutingKey, true);
            }
        }
    }
}
