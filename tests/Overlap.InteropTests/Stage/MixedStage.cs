using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.InteropTests.Stage;

/// <summary>A Celery worker and a .NET worker on the same queues, each with one slot and nothing taken ahead.</summary>
public sealed class MixedStage(InteropStage stage) : IAsyncLifetime
{
    /// <summary>A queue of its own name, and one behind an exchange.</summary>
    public const string Queue = "videos";
    public const string BoundQueue = "media";
    public const string Exchange = "films";
    public const string RoutingKey = "videos.hd";

    private CeleryWorker _python = null!;

    public string Url { get; private set; } = "";

    internal NetWorker Net { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Url = await stage.NewDatabaseAsync();
        WorkerOptions options = new() { Concurrency = 1, MaxAhead = 0, Queues = ["celery", Queue, BoundQueue] };
        Net = await NetWorker.StartAsync(Url, options, NetTasks.Registry().Add("tasks.meet", MeetAsync, new TaskOptions { MaxRetries = 9 }));
        await Net.Broker.DeclareAsync(new QueueDefinition(BoundQueue, Exchange, RoutingKey));
        _python = await CeleryWorker.StartAsync(
            Url, "mixed@python", ["-c", "1", "-Q", $"celery,{Queue},{BoundQueue}"], new { worker_prefetch_multiplier = 1 }, mingles: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _python.DisposeAsync();
        await Net.DisposeAsync();
    }

    /// <summary>Waits until two calls have met at a place, and run.</summary>
    public async Task WaitForMeetingAsync(string place)
    {
        await TakeAsync($"{place}:met");
        await TakeAsync($"{place}:met");
    }

    // As the Python app does it.
    private async Task<WireMap> MeetAsync(string place, string then, WireValue value, TaskContext context, CancellationToken cancellationToken)
    {
        if (place.Length > 0 && context.Retries == 0)
        {
            long other = (await InteropStage.AskAsync(Url, "INCR", place)).AsInteger() % 2;
            await InteropStage.AskAsync(Url, "RPUSH", $"{place}:{other}", "net");
            await TakeAsync($"{place}:{1 - other}");
            await InteropStage.AskAsync(Url, "RPUSH", $"{place}:met", "net");
        }

        switch (then)
        {
            case "fail":
                throw new InvalidOperationException(value.AsText());
            case "hold":
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
            case "retry" when context.Retries < 2:
                throw context.Retry(TimeSpan.FromSeconds(0.05), new TimeoutException("again"));
        }

        return new WireMap(
        [
            new("by", "net"),
            new("id", context.Id),
            new("value", value),
            new("tenant", context.Headers["tenant"]),
            new("priority", context.Message.Properties.Priority),
        ]);
    }

    // Shorter waits than a link's own patience.
    private async Task TakeAsync(string list)
    {
        for (int wait = 0; wait < 6; wait++)
        {
            if (!(await InteropStage.AskAsync(Url, "BLPOP", list, "5")).IsNull)
            {
                return;
            }
        }

        throw new TimeoutException($"Nobody came to {list}.");
    }
}
