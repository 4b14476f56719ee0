using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Testing.Exploration;

/// <summary>Declared operations: the explorer makes the histories, and the model judges each.</summary>
public sealed class ExploredLinearizabilityTests
{
    private static readonly QueueOperation[][] Lanes =
    [
        [QueueOperation.Put(1), QueueOperation.Put(2)],
        [QueueOperation.Take, QueueOperation.Take],
        [QueueOperation.Put(3), QueueOperation.Take],
    ];

    [Fact]
    public void RunAsync_QueueUnderALock_FindsNothing() => Explore.Run(
        static x =>
        {
            AsyncLock gate = new();
            Queue<int> items = new();
            return Linearizability.RunAsync(
                x,
                new QueueModel(),
                async operation =>
                {
                    using (await gate.EnterAsync())
                    {
                        return await PerformAsync(x, items, operation);
                    }
                },
                Lanes);
        },
        new ExplorationOptions { Schedules = 1_000 }).ThrowIfFailed();

    [Fact]
    public void RunAsync_QueueWithoutALock_IsNotLinearizable()
    {
        ExplorationResult result = Explore.Run(static x =>
        {
            Queue<int> items = new();
            return Linearizability.RunAsync(x, new QueueModel(), operation => PerformAsync(x, items, operation), Lanes);
        });
        Assert.Equal(FailureKind.NotLinearizable, result.Failure?.Kind);
    }

    [Fact]
    public void RunAsync_NotLinearizable_TheExceptionHasTheDrawing()
    {
        ExplorationResult result = Explore.Run(static x =>
        {
            Queue<int> items = new();
            return Linearizability.RunAsync(x, new QueueModel(), operation => PerformAsync(x, items, operation), Lanes);
        });
        NotLinearizableException failure = Assert.IsType<NotLinearizableException>(result.Failure?.Exception);
        Assert.Contains("└ →", failure.Message, StringComparison.Ordinal);
    }

    // Looks at the first item, lets others run, and takes it then.
    private static async Task<int> PerformAsync(TaskExplorer x, Queue<int> items, QueueOperation operation)
    {
        if (operation.IsPut)
        {
            items.Enqueue(operation.Item);
            return 0;
        }

        int first = items.TryPeek(out int item) ? item : 0;
        await x.Point();
        items.TryDequeue(out _);
        return first;
    }
}
