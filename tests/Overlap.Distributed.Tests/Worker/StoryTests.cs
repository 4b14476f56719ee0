using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>The story that the pages tell.</summary>
public sealed class StoryTests
{
    [Fact]
    public async Task Story_OfThePages_RunsAsTold()
    {
        await using InMemoryBroker broker = new();
        await using InMemoryBackend backend = new();
        // snippet
        TaskRegistry registry = new TaskRegistry()
            .Add("tasks.add", (int a, int b) => a + b)
            .Add("tasks.flaky", (int n, TaskContext context) => context.Retries < n ? throw context.Retry(TimeSpan.Zero) : "done");

        await using WorkerHost worker = new(broker, registry, backend, new WorkerOptions { Concurrency = 8 });
        await worker.StartAsync();

        TaskClient client = new(broker, backend);
        TaskHandle<int> sum = await client.SendAsync<int>(new Signature("tasks.add", 2, 3));
        TaskHandle<string> flaky = await client.SendAsync<string>(new Signature("tasks.flaky", 2));
        string story = $"{await sum.GetAsync()}, {await flaky.GetAsync()}";
        // end snippet
        Assert.Equal("5, done", story);
    }
}
