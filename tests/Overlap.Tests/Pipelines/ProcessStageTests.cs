using Overlap.Pipelines;
using Overlap.Processes;
using Overlap.Tests.Processes.Faults;

namespace Overlap.Tests.Pipelines;

/// <summary>A stage whose bodies run in processes, one of which is killed at its work.</summary>
[Collection(nameof(FaultCollection))]
public sealed class ProcessStageTests
{
    private const int Count = 10;
    private const int Fatal = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Squares a number; at one of them its process is killed, the first time.</summary>
    public static int SquareOrDie((string Marker, int Item) call)
    {
        if (call.Item == Fatal && !File.Exists(call.Marker))
        {
            File.WriteAllText(call.Marker, "was here");
            return Misdeeds.Die("kill");
        }

        return call.Item * call.Item;
    }

    [Fact]
    public async Task SelectParallel_WorkerKilledUnderRetry_GivesEachItemOnce()
    {
        (List<int> items, Exception? failure, StageStatistics stage) = await RunAsync(ItemErrorPolicy.Retry(2, TimeSpan.Zero));
        Assert.Null(failure);
        Assert.Equal(Enumerable.Range(0, Count).Select(static x => x * x), items);
        Assert.Equal((Count, Count, 0), (stage.ItemsIn, stage.ItemsOut, stage.Failed));
    }

    [Fact]
    public async Task SelectParallel_WorkerKilledUnderSkip_PassesOverItsItemOnly()
    {
        List<Exception> reported = [];
        (List<int> items, Exception? failure, StageStatistics stage) = await RunAsync(ItemErrorPolicy.Skip((_, why) => reported.Add(why)));
        Assert.Null(failure);
        Assert.IsType<WorkerDiedException>(Assert.Single(reported));
        Assert.Equal(Enumerable.Range(0, Count).Where(static x => x != Fatal).Select(static x => x * x), items);
        Assert.Equal((Count, Count - 1, 1), (stage.ItemsIn, stage.ItemsOut, stage.Failed));
    }

    [Fact]
    public async Task SelectParallel_WorkerKilledUnderStop_FailsAfterAllBefore()
    {
        (List<int> items, Exception? failure, StageStatistics stage) = await RunAsync(ItemErrorPolicy.Stop);
        Assert.IsType<WorkerDiedException>(failure);
        Assert.Equal(Enumerable.Range(0, Fatal).Select(static x => x * x), items);
        Assert.Equal(stage.ItemsIn, stage.ItemsOut + stage.Failed + stage.NotStarted + stage.Discarded);
    }

    private static async Task<(List<int> Items, Exception? Failure, StageStatistics Stage)> RunAsync(ItemErrorPolicy policy)
    {
        string folder = Directory.CreateTempSubdirectory("overlap-stage-").FullName;
        try
        {
            string marker = Path.Combine(folder, "marker");
            Pipeline pipeline = new();
            await using ProcessPoolExecutor executor = new(new ProcessPoolExecutorOptions { MaxWorkers = 2 });
            (List<int> items, Exception? failure) = await new CountedSource(Count).Select(x => (marker, x))
                .SelectParallel(SquareOrDie, new SelectParallelOptions { Executor = executor, OnError = policy })
                .Named(pipeline, "square").CollectAsync(cancellationToken: Token);
            return (items, failure, Assert.Single(pipeline.Snapshot().Stages));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
