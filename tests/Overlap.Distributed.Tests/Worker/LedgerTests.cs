using System.Collections.Concurrent;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

public sealed class LedgerTests
{
    private const int Calls = 3_000;
    private const int CallsOfAShift = 150;

    [Fact]
    [Trait("kind", "stress")]
    public async Task Workers_StoppedAndStartedOverAndOver_EveryCallEndsOnce()
    {
        await using WorkerBench bench = new();
        ConcurrentDictionary<int, int> runs = new();
        TestSignal ran = new("ran");
        bench.Registry
            .Add("tasks.count", async (int number) =>
            {
                await Task.Yield();
                ran.Signal();
                return runs.AddOrUpdate(number, 1, static (_, count) => count + 1);
            })
            .Add("tasks.flaky", (int number, TaskContext context) => context.Retries < number % 3 ? throw context.Retry(TimeSpan.Zero) : number)
            .Add("tasks.fail", int (int number) => throw new InvalidOperationException($"{number}"));
        IReadOnlyList<TaskHandle> handles = await bench.Client.SendManyAsync(Enumerable.Range(0, Calls).Select(static number => (number % 10) switch
        {
            0 => new Signature("tasks.flaky", number),
            1 => new Signature("tasks.fail", number),
            2 => new Signature("tasks.unknown", number),
            _ => new Signature("tasks.count", number),
        }));

        // Workers, one after the other and two at a time, each stopped in the middle of its work.
        Task done = Task.WhenAll(handles.Select(handle => bench.EndOfAsync(handle)));
        Task[] shifts = [ShiftAsync("one"), ShiftAsync("two")];
        await Task.WhenAll(shifts);
        await done;

        Assert.Equal(0, await bench.Broker.CountAsync("celery"));
        Assert.Equal(Calls / 10, await bench.Broker.DeadLetters.CountAsync());
        Assert.Equal(Calls / 10 * 7, runs.Count);
        Assert.All(runs, static run => Assert.Equal(1, run.Value));
        for (int number = 0; number < Calls; number++)
        {
            TaskState expected = number % 10 is 1 or 2 ? TaskState.Failure : TaskState.Success;
            Assert.Equal(expected, await handles[number].GetStateAsync());
        }

        async Task ShiftAsync(string name)
        {
            for (int shift = 1; !done.IsCompleted; shift++)
            {
                WorkerOptions options = bench.Options with { Concurrency = 3, Name = $"{name}{shift}@bench", FollowsControl = false };
                WorkerHost worker = new(bench.Broker, bench.Registry, bench.Backend, options);
                await worker.StartAsync();
                await (shift * CallsOfAShift < Calls / 10 * 7 ? ran.WaitForCountAsync(shift * CallsOfAShift) : done);
                await worker.StopAsync();
            }
        }
    }
}
