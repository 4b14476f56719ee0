using System.Collections.Immutable;
using System.IO.Enumeration;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

/// <summary>Follows the commands that are broadcast to workers. Who can write to the broker can give them; none of them runs code of its own.</summary>
internal sealed class ControlListener(
    WorkerOptions options,
    IBroker broker,
    TaskRegistry registry,
    Intake intake,
    LiveItems live,
    RevokedCalls revoked,
    Func<WorkerStatistics> statistics,
    Func<WorkerHealth> health,
    Action shutDown,
    ILogger logger)
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <summary>Listens until it is cancelled. It listens from the first step, before this returns to its caller.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (WireMessage message in broker.ListenAsync(ControlCodec.Exchange, "", cancellationToken).ConfigureAwait(false))
                {
                    await FollowAsync(message, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception exception)
            {
                WorkerLog.ControlDelayed(logger, Delay.TotalSeconds, exception);
                await Task.Delay(Delay, options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowAsync(WireMessage message, CancellationToken cancellationToken)
    {
        ControlRequest request;
        try
        {
            request = ControlCodec.Read(message, options.Limits);
        }
        catch (MessageFormatException exception)
        {
            WorkerLog.CommandRefused(logger, exception.Message);
            return;
        }

        if (!IsMeant(request))
        {
            return;
        }

        WireValue? answer = Follow(request);
        if (answer is { } value && request.Ticket is not null && request.ReplyExchange is { } exchange)
        {
            try
            {
                Publication reply = new(exchange, request.ReplyRoutingKey ?? "", ControlCodec.WriteReply(request, options.Name, value));
                await broker.PublishAsync(new[] { reply }, cancellationToken).ConfigureAwait(false);
            }
            catch (BrokerException exception)
            {
                // Who asked has gone.
                WorkerLog.CommandRefused(logger, exception.Message);
            }
        }
    }

    private bool IsMeant(ControlRequest request)
    {
        if (request.Expires < options.TimeProvider.GetUtcNow())
        {
            return false;
        }

        // Patterns of other kinds than this are for others to understand: a regular expression of a stranger's is not run.
        return !request.Destination.IsEmpty ? request.Destination.Contains(options.Name)
            : request.Pattern is not { } pattern
            || (request.Matcher is null or "glob" && FileSystemName.MatchesSimpleExpression(pattern, options.Name, ignoreCase: false));
    }

    private WireValue? Follow(ControlRequest request) => request.Method switch
    {
        ControlCodec.Ping => ControlCodec.Ok("pong"),
        ControlCodec.Revoke => Revoke(request, request.Arguments[ControlCodec.TerminateArgument] == true),
        ControlCodec.Terminate => Revoke(request, terminates: true),
        ControlCodec.RateLimit => Limit(request),
        ControlCodec.Active => Describe(live.List().Where(static item => item.IsRunning)),
        ControlCodec.Reserved => Describe(live.List().Where(static item => !item.IsRunning)),
        ControlCodec.Scheduled => DescribeAgenda(),
        ControlCodec.Revoked => ListOf(revoked.Ids.Select(static id => (WireValue)id)),
        ControlCodec.Registered => ListOf(registry.Definitions.Select(static definition => (WireValue)definition.Name)),
        ControlCodec.ActiveQueues => ListOf(options.Queues.Select(static queue => (WireValue)new WireMap([new("name", queue), new("routing_key", queue)]))),
        ControlCodec.Stats => DescribeStatistics(),
        ControlCodec.Shutdown => ShutDown(),
        _ => ControlCodec.Refusal($"KeyError({PythonRepr.Of(request.Method)})"),
    };

    private WireValue? ShutDown()
    {
        if (!options.AllowsRemoteShutdown)
        {
            WorkerLog.CommandRefused(logger, "This worker is not stopped by commands.");
            return ControlCodec.Refusal("shutdown is not allowed");
        }

        shutDown();
        return null;
    }

    private WireValue Revoke(ControlRequest request, bool terminates)
    {
        WireValue named = request.Arguments[ControlCodec.TaskIdArgument];
        string[] ids = named.Kind switch
        {
            WireKind.Text => [named.AsText()],
            WireKind.Array => [.. named.AsArray().Where(static id => id.Kind == WireKind.Text).Select(static id => id.AsText())],
            _ => [],
        };
        foreach (string id in ids)
        {
            revoked.Add(id);
        }

        foreach (WorkItem item in live.List().Where(item => ids.Contains(item.Message.Id)))
        {
            // One that waits ends now; one that runs is stopped if that is asked for.
            if (!item.Runner.EndsBeforeRun(item) || (terminates && item.IsRunning))
            {
                item.Stop(StopCause.Terminated);
            }
        }

        return ControlCodec.Ok($"tasks {string.Join(", ", ids)} flagged as revoked");
    }

    private WireValue Limit(ControlRequest request)
    {
        WireValue task = request.Arguments[ControlCodec.TaskNameArgument];
        if (task.Kind != WireKind.Text || !registry.TryGet(task.AsText(), out _))
        {
            return ControlCodec.Refusal("unknown task");
        }

        WireValue limit = request.Arguments[ControlCodec.RateLimitArgument];
        string text = limit.Kind switch
        {
            WireKind.Null => "0",
            WireKind.Text => limit.AsText(),
            _ => limit.ToString(),
        };
        if (RateLimit.TryParse(text, out RateLimit parsed))
        {
            intake.Limit(task.AsText(), parsed);
            return ControlCodec.Ok("new rate limit set successfully");
        }

        if (text is not ("0" or "0.0"))
        {
            return ControlCodec.Refusal($"Invalid rate limit string: {PythonRepr.Of(text)}");
        }

        intake.Limit(task.AsText(), null);
        return ControlCodec.Ok("rate limit disabled successfully");
    }

    private WireValue DescribeAgenda() => ListOf(intake.Agenda.List().Select(entry => (WireValue)new WireMap(
    [
        new("eta", WireDates.WriteUtc(entry.Date)),
        new("priority", 6),
        new("request", Describe(entry.Item)),
    ])));

    private WireValue DescribeStatistics()
    {
        WorkerStatistics now = statistics();
        return new WireMap(
        [
            new("total", new WireMap([new("overlap", now.Received)])),
            new("pid", Environment.ProcessId),
            new("prefetch_count", now.Held),
            new("pool", new WireMap([new("max-concurrency", options.Concurrency)])),
            new(ControlCodec.HealthPart, DescribeHealth()),
        ]);
    }

    private WireMap DescribeHealth()
    {
        WorkerHealth now = health();
        return new WireMap([new(ControlCodec.IsHealthyPart, now.IsHealthy), new(ControlCodec.DescriptionPart, now.Description)]);
    }

    private WireValue Describe(IEnumerable<WorkItem> items) => ListOf(items.Select(item => (WireValue)Describe(item)));

    private WireMap Describe(WorkItem item) => new(
    [
        new("id", item.Message.Id),
        new("name", item.Message.Task),
        new("args", item.Message.Args),
        new("kwargs", item.Message.Kwargs),
        new("type", item.Message.Task),
        new("hostname", options.Name),
        new("acknowledged", item.IsAcknowledged),
        new("worker_pid", Environment.ProcessId),
    ]);

    private static WireValue ListOf(IEnumerable<WireValue> values) => values.ToImmutableArray();
}
