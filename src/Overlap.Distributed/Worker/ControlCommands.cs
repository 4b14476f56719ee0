using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

/// <summary>What a worker does when it is given a command, and what it answers when it is asked.</summary>
/// <remarks>Used by one listener, one command after the other. What Celery's workers know and this one does not is refused, and the answer says why.</remarks>
internal sealed class ControlCommands(
    WorkerOptions options,
    IBroker broker,
    IResultBackend? backend,
    TaskRegistry registry,
    Intake intake,
    TaskRunner runner,
    LiveItems live,
    RevokedCalls revoked,
    Func<WorkerStatistics> statistics,
    Func<WorkerHealth> health,
    Action shutDown,
    ILogger logger)
{
    private const string OwnSize = "how many calls run at a time is said at the worker's start";
    private const string OwnQueues = "the queues are said at the worker's start";
    private const string NoEvents = "this worker sends no events";
    private const string NoPython = "this worker is no Python program";

    private readonly long _startedAt = options.TimeProvider.GetTimestamp();

    /// <summary>The logical clock: one more than the highest that was seen.</summary>
    public long Clock { get; private set; }

    /// <summary>Moves the clock on, beyond that of a sender.</summary>
    public void Observe(long clock) => Clock = Math.Max(Clock, clock) + 1;

    /// <summary>Follows a command.</summary>
    /// <returns>The answer; <see langword="null"/>: there is none.</returns>
    public async ValueTask<WireValue?> FollowAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        switch (request.Method)
        {
            case ControlCodec.Revoke:
                return await RevokeAsync(request, request.Arguments[ControlCodec.TerminateArgument] == true, cancellationToken).ConfigureAwait(false);
            case ControlCodec.Terminate:
                return await RevokeAsync(request, terminates: true, cancellationToken).ConfigureAwait(false);
            default:
                return Follow(request);
        }
    }

    private WireValue? Follow(ControlRequest request) => request.Method switch
    {
        ControlCodec.Ping => ControlCodec.Ok("pong"),
        ControlCodec.RateLimit => ChangeRate(request),
        ControlCodec.TimeLimit => ChangeLimits(request),
        ControlCodec.Active or "dump_active" => Describe(live.List().Where(static item => item.IsRunning)),
        ControlCodec.Reserved or "dump_reserved" => Describe(live.List().Where(static item => !item.IsRunning)),
        ControlCodec.Scheduled or "dump_schedule" => DescribeAgenda(),
        ControlCodec.Revoked or "dump_revoked" => ListOf(revoked.List().Select(static call => (WireValue)call.Id)),
        ControlCodec.Registered or "dump_tasks" => ListOf(registry.Definitions.Select(static task => (WireValue)NameOf(task))),
        ControlCodec.ActiveQueues => ListOf(options.Queues.Select(static queue => (WireValue)DescribeQueue(queue))),
        ControlCodec.QueryTask => Query(request),
        ControlCodec.Stats => DescribeStatistics(),
        ControlCodec.Configuration or "dump_conf" => DescribeConfiguration(),
        ControlCodec.Report => ControlCodec.Ok(WriteReport()),
        ControlCodec.LogicalClock => new WireMap([new("clock", Clock)]),
        ControlCodec.Hello => Greet(request),
        ControlCodec.Shutdown => ShutDown(),

        // Nobody is elected here, and nobody waits for it.
        "election" => null,
        "pool_grow" or "pool_shrink" or "pool_restart" or "autoscale" => ControlCodec.Refusal(OwnSize),
        "add_consumer" or "cancel_consumer" => ControlCodec.Refusal(OwnQueues),
        "enable_events" or "disable_events" or "heartbeat" => ControlCodec.Refusal(NoEvents),
        "memsample" or "memdump" or "objgraph" => ControlCodec.Refusal(NoPython),
        "revoke_by_stamped_headers" => ControlCodec.Refusal("calls are revoked by their ids here"),
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

    private async ValueTask<WireValue?> RevokeAsync(ControlRequest request, bool terminates, CancellationToken cancellationToken)
    {
        string[] ids = TextsOf(request.Arguments[ControlCodec.TaskIdArgument]);
        foreach (string id in ids)
        {
            revoked.Add(id);
        }

        HashSet<string> held = new(StringComparer.Ordinal);
        foreach (WorkItem item in live.List().Where(item => ids.Contains(item.Message.Id)))
        {
            held.Add(item.Message.Id);

            // One that waits ends now; one that runs is stopped if that is asked for.
            if (!item.Runner.EndsBeforeRun(item) || (terminates && item.IsRunning))
            {
                item.Stop(StopCause.Terminated);
            }
        }

        if (options.StoresRevocationsAtOnce && backend is not null)
        {
            await StoreAsync(backend, [.. ids.Where(id => !held.Contains(id))], cancellationToken).ConfigureAwait(false);
        }

        return ControlCodec.Ok($"tasks {string.Join(", ", ids)} flagged as revoked");
    }

    // Of calls that are not here. One that is known to have begun or ended is left as it is.
    private async ValueTask StoreAsync(IResultBackend backend, string[] ids, CancellationToken cancellationToken)
    {
        try
        {
            List<ResultDocument> ends = [];
            foreach (string id in ids)
            {
                if (await backend.ReadAsync(id, cancellationToken).ConfigureAwait(false) is null or { State: TaskState.Retry })
                {
                    ends.Add(Documents.Revoked(id, options.TimeProvider.GetUtcNow()));
                }
            }

            await backend.StoreAsync(ends.ToArray(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BackendException or MessageFormatException)
        {
            // It is stored when its turn comes.
            WorkerLog.CommandRefused(logger, $"The end of revoked calls is not stored yet: {exception.Message}");
        }
    }

    private WireValue ChangeRate(ControlRequest request)
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

    private WireValue ChangeLimits(ControlRequest request)
    {
        WireValue task = request.Arguments[ControlCodec.TaskNameArgument];
        if (task.Kind != WireKind.Text || !registry.TryGet(task.AsText(), out _))
        {
            return ControlCodec.Refusal("unknown task");
        }

        try
        {
            runner.Limit(task.AsText(), WireDurations.Read(request.Arguments["soft"], "soft"), WireDurations.Read(request.Arguments["hard"], "hard"));
            return ControlCodec.Ok("time limits set successfully");
        }
        catch (MessageFormatException exception)
        {
            return ControlCodec.Refusal(exception.Message);
        }
    }

    // What another worker has learned before is learned from it; it learns the same from this one.
    private WireValue? Greet(ControlRequest request)
    {
        if (request.Arguments["from_node"] == options.Name)
        {
            return null;
        }

        if (request.Arguments["revoked"] is { Kind: WireKind.Map } theirs)
        {
            foreach (KeyValuePair<string, WireValue> call in theirs.AsMap())
            {
                revoked.Add(call.Key);
            }
        }

        WireMap ours = new(revoked.List().Select(call =>
        {
            WireValue seconds = options.TimeProvider.GetElapsedTime(0, call.At).TotalSeconds;
            return KeyValuePair.Create(call.Id, (WireValue)ImmutableArray.Create(seconds, call.Id));
        }));
        return new WireMap([new("revoked", ours), new("clock", Clock)]);
    }

    private WireMap Query(ControlRequest request)
    {
        string[] ids = TextsOf(request.Arguments["ids"]);

        // Two deliveries may bear one id.
        return new WireMap(live.List().Where(item => ids.Contains(item.Message.Id)).DistinctBy(static item => item.Message.Id).Select(item =>
        {
            WireValue state = item.IsRunning ? "active" : "reserved";
            return KeyValuePair.Create(item.Message.Id, (WireValue)ImmutableArray.Create(state, Describe(item)));
        }));
    }

    private WireValue DescribeAgenda() => ListOf(intake.Agenda.List().Select(entry => (WireValue)new WireMap(
    [
        new("eta", WireDates.WriteUtc(entry.Date)),
        new("priority", 6),
        new("request", Describe(entry.Item)),
    ])));

    private WireMap DescribeStatistics()
    {
        WorkerStatistics now = statistics();
        return new WireMap(
        [
            new("total", new WireMap([new("overlap", now.Received)])),
            new("pid", Environment.ProcessId),
            new("clock", PythonRepr.Of(Clock)),
            new("uptime", (long)options.TimeProvider.GetElapsedTime(_startedAt).TotalSeconds),
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

    // Under the names that Celery's settings have.
    private WireMap DescribeConfiguration() => new(
    [
        new("broker_url", broker.Address),
        new("result_backend", backend?.Address),
        new("accept_content", ListOf(["json", "msgpack"])),
        new("task_acks_late", true),
        new("result_extended", options.ExtendsResults),
        new("worker_concurrency", options.Concurrency),
    ]);

    private string WriteReport() =>
        $"\nsoftware -> overlap:{typeof(ControlCommands).Assembly.GetName().Version?.ToString(3)} .NET:{Environment.Version}\n" +
        $"platform -> {RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}\n" +
        $"settings -> transport:{broker.Address} results:{backend?.Address ?? "disabled"}\n";

    private static WireMap DescribeQueue(string queue) => new(
    [
        new("name", queue),
        new("exchange", new WireMap([new("name", queue), new("type", "direct")])),
        new("routing_key", queue),
    ]);

    private static string NameOf(TaskDefinition task) => task.Options.RateLimit is { } limit ? $"{task.Name} [rate_limit={limit}]" : task.Name;

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
        new("delivery_info", new WireMap(
        [
            new("exchange", item.Message.Properties.Exchange),
            new("routing_key", item.Message.Properties.RoutingKey),
            new("priority", item.Message.Properties.Priority),
            new("redelivered", item.Message.Properties.IsRedelivered),
        ])),
        new("worker_pid", item.IsRunning ? Environment.ProcessId : default(WireValue)),
    ]);

    private static string[] TextsOf(WireValue named) => named.Kind switch
    {
        WireKind.Text => [named.AsText()],
        WireKind.Array => [.. named.AsArray().Where(static id => id.Kind == WireKind.Text).Select(static id => id.AsText())],
        _ => [],
    };

    private static WireValue ListOf(IEnumerable<WireValue> values) => values.ToImmutableArray();
}
