using Overlap.Pipelines;
using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.Pipelines;

public sealed class ParallelWindowTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryTake_SynchronousWorkers_EachResultIsTakenOnce(bool isOrdered) => Exploring.Holds(x =>
    {
        ParallelWindow<int, int> window = new(2, 2, isOrdered, static (item, _) => 1 << item, meter: null);
        x.Spawn("pump", () =>
        {
            for (int i = 0; i < 3 && x.Wait(window.WaitForRoomAsync()); i++)
            {
                window.Add(i);
            }

            window.Close(default);
        });
        List<int> taken = [];
        x.Spawn("consumer", () => Read(x, window, taken));
        x.AtEnd(() => x.Assert((isOrdered ? taken : [.. taken.Order()]).SequenceEqual([1, 2, 4])));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Close_SourceHasFailed_ComesAfterAllResults(bool isOrdered) => Exploring.Holds(x =>
    {
        ParallelWindow<int, int> window = new(2, 2, isOrdered, static (item, _) => 1 << item, meter: null);
        x.Spawn("pump", () =>
        {
            window.Add(0);
            window.Add(1);
            window.Close(new PumpEnd(new InvalidOperationException(), IsDisposal: false));
        });
        List<int> taken = [];
        x.Spawn("consumer", () => Read(x, window, taken));
        x.AtEnd(() =>
        {
            x.Assert(taken.Order().SequenceEqual([1, 2]));
            x.Assert(window.Failure is InvalidOperationException);
        });
    });

    [Fact]
    public void Stop_MeetsWorkers_CountsEachItemOnce() => Exploring.Holds(static x =>
    {
        int begun = 0;
        ParallelWindow<int, int> window = new(1, 3, isOrdered: true, (item, _) => Interlocked.Increment(ref begun), meter: null);
        x.Spawn("pump", () =>
        {
            for (int i = 0; i < 3 && x.Wait(window.WaitForRoomAsync()); i++)
            {
                window.Add(i);
            }

            window.Close(default);
        });
        x.Spawn("consumer", () =>
        {
            _ = window.TryTake(out _);
            window.Stop();
            x.Wait(window.SettleAsync());
        });
        x.AtEnd(() =>
        {
            StageFigures figures = window.Read();
            x.Assert(figures.In == figures.Out + figures.NotStarted + figures.Discarded);
            x.Assert(begun == figures.Out + figures.Discarded);
        });
    });

    private static void Read(ThreadExplorer x, ParallelWindow<int, int> window, List<int> taken)
    {
        do
        {
            while (window.TryTake(out int item))
            {
                taken.Add(item);
            }
        }
        while (x.Wait(window.WaitAsync()));
    }
}
