using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>A worker within a program of one's own, as the page on operating shows it.</summary>
public sealed class OperatingStoryTests
{
    [Fact]
    public async Task Story_OfAProgram_AnswersItsProbeAndStops()
    {
        await using InMemoryBroker broker = new();
        await using InMemoryBackend backend = new();
        TaskRegistry registry = new TaskRegistry().Add("tasks.add", (int a, int b) => a + b);
        using CancellationTokenSource stopping = new();
        TaskClient client = new(broker, backend);

        // snippet
        await using WorkerHost worker = new(broker, registry, backend, new WorkerOptions { Name = "sums@here" });
        Task run = worker.RunAsync(stopping.Token);   // SIGTERM cancels the token, and the last results are stored before this ends.

        (int Status, string Body) Probe()
        {
            WorkerHealth health = worker.CheckHealth();
            return (health.IsHealthy ? 200 : 503, health.Description);
        }
        // end snippet

        TaskHandle<int> sum = await client.SendAsync<int>(new Signature("tasks.add", 2, 3));
        Assert.Equal(5, await sum.GetAsync());
        Assert.Equal(200, Probe().Status);
        await stopping.CancelAsync();
        await run;
        Assert.Equal((503, "it was told to stop"), Probe());
    }
}
