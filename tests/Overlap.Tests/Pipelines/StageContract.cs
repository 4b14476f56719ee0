using Overlap.Pipelines;
using Overlap.Timelines;

namespace Overlap.Tests.Pipelines;

/// <summary>What every stage promises, however it ends, whichever item it ends at.</summary>
public sealed class StageContract : IDisposable
{
    private const int Count = 9;

    private readonly TimelineRecorder _timeline = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Stages
    {
        get
        {
            TheoryData<string, bool> data = [];
            foreach (string name in StageForm.Names)
            {
                data.Add(name, false);
                data.Add(name, true);
            }

            return data;
        }
    }

    public void Dispose() => _timeline.Dispose();

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Enumeration_ReadToItsEnd_CountsEachItemOnce(string name, bool yields)
    {
        Pipeline pipeline = Named(yields);
        CountedSource source = Source(yields);
        (List<int[]> elements, Exception? failure) = await StageForm.Make(name, source, pipeline).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        AssertItems(name, Count, elements);
        AssertEnded(source, pipeline, elements);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Enumeration_SourceThrowsAtEveryItemInTurn_ComesAfterAllBefore(string name, bool yields)
    {
        for (int k = 0; k <= Count; k++)
        {
            Pipeline pipeline = Named(yields);
            CountedSource source = Source(yields, throwsAt: k);
            (List<int[]> elements, Exception? failure) = await StageForm.Make(name, source, pipeline).CollectAsync(cancellationToken: Token);
            Assert.Equal(k, Assert.IsType<SourceException>(failure).Item);
            AssertItems(name, k, elements);
            AssertEnded(source, pipeline, elements);
        }
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Enumeration_SourceThrowsInDispose_ComesAfterAllItems(string name, bool yields)
    {
        Pipeline pipeline = Named(yields);
        CountedSource source = Source(yields, throwsInDispose: true);
        (List<int[]> elements, Exception? failure) = await StageForm.Make(name, source, pipeline).CollectAsync(cancellationToken: Token);
        Assert.Equal(-1, Assert.IsType<SourceException>(failure).Item);
        AssertItems(name, Count, elements);
        AssertEnded(source, pipeline, elements);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Enumeration_SourceThrowsInDisposeWhenConsumerLeaves_IsTold(string name, bool yields)
    {
        Pipeline pipeline = Named(yields);
        CountedSource source = Source(yields, throwsInDispose: true);
        (List<int[]> elements, Exception? failure) = await StageForm.Make(name, source, pipeline).CollectAsync(leaveAfter: 1, Token);
        Assert.Equal(-1, Assert.IsType<SourceException>(failure).Item);
        Assert.Single(elements);
        AssertEnded(source, pipeline, elements);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Enumeration_ConsumerLeavesAtEveryElementInTurn_CountsEachItemOnce(string name, bool yields)
    {
        int k = 0;
        List<int[]> elements;
        do
        {
            k++;
            Pipeline pipeline = Named(yields);
            CountedSource source = Source(yields);
            (elements, Exception? failure) = await StageForm.Make(name, source, pipeline).CollectAsync(k, Token);
            Assert.Null(failure);
            AssertEnded(source, pipeline, elements);
        }
        while (elements.Count == k);

        // One more than there are: the last run was read to its end.
        AssertItems(name, Count, elements);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Enumeration_CancelledAtEveryElementInTurn_ThrowsWithTheCallersToken(string name, bool yields)
    {
        int all = (await StageForm.Make(name, Source(yields), new Pipeline()).CollectAsync(cancellationToken: Token)).Items.Count;
        for (int k = 1; k <= all; k++)
        {
            using CancellationTokenSource caller = new();
            Pipeline pipeline = Named(yields);
            CountedSource source = Source(yields);
            List<int[]> elements = [];
            OperationCanceledException canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (int[] element in StageForm.Make(name, source, pipeline).WithCancellation(caller.Token))
                {
                    elements.Add(element);
                    if (elements.Count == k)
                    {
                        await caller.CancelAsync();
                    }
                }
            });
            Assert.Equal(caller.Token, canceled.CancellationToken);
            Assert.Equal(k, elements.Count);
            AssertEnded(source, pipeline, elements);
        }
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Enumeration_CancelledBefore_DoesNotBeginTheSource(string name, bool yields)
    {
        CountedSource source = Source(yields);
        (List<int[]> elements, Exception? failure) = await StageForm.Make(name, source, new Pipeline()).CollectAsync(cancellationToken: new CancellationToken(true));
        Assert.IsAssignableFrom<OperationCanceledException>(failure);
        Assert.Empty(elements);
        Assert.Equal(0, source.Given);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Enumeration_NeverMoved_DoesNotBeginTheSource(string name, bool yields)
    {
        CountedSource source = Source(yields);
        await StageForm.Make(name, source, new Pipeline()).CollectAsync(leaveAfter: 0, Token);
        Assert.Equal((0, 0), (source.Given, source.Disposals));
    }

    // Half of all runs are taken down as well.
    private Pipeline Named(bool yields) => new(timeline: yields ? _timeline : null);

    private static CountedSource Source(bool yields, int? throwsAt = null, bool throwsInDispose = false) => new(Count)
    {
        Before = yields ? static async _ => await Task.Yield() : null,
        ThrowsAt = throwsAt,
        ThrowsInDispose = throwsInDispose,
    };

    private static void AssertItems(string name, int count, List<int[]> elements)
    {
        IEnumerable<int> items = elements.SelectMany(static element => element);
        if (name == "Debounce")
        {
            // The clock stands still: all are one burst.
            Assert.Equal(count == 0 ? [] : [count - 1], items);
        }
        else
        {
            items = StageForm.GivesEachOnce(name) ? items : items.Distinct();
            Assert.Equal(Enumerable.Range(0, count), name.EndsWith("as completed", StringComparison.Ordinal) ? items.Order() : items);
        }
    }

    private static void AssertEnded(CountedSource source, Pipeline pipeline, List<int[]> elements)
    {
        Assert.Equal((1, 0), (source.Disposals, source.Misuses));
        foreach (StageStatistics stage in pipeline.Snapshot().Stages)
        {
            Assert.Equal(source.Given, stage.ItemsIn);
            Assert.Equal(elements.SelectMany(static element => element).Distinct().Count(), stage.ItemsOut);
            Assert.Equal(stage.ItemsIn, stage.ItemsOut + stage.Failed + stage.NotStarted + stage.Discarded);
            Assert.Equal(0, stage.QueueDepth);
        }
    }
}
