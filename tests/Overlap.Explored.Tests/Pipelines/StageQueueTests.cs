using Overlap.Pipelines;

namespace Overlap.Explored.Tests.Pipelines;

public sealed class StageQueueTests
{
    [Fact]
    public void TryTake_TwoPumpsOneConsumer_EachItemIsTakenOnce() => Exploring.Holds(static x =>
    {
        StageQueue<int> queue = new(1, 2, meter: null);
        for (int i = 0; i < 2; i++)
        {
            int item = 1 << i;
            x.Spawn($"pump {i}", () =>
            {
                x.Assert(x.Wait(queue.AddAsync(item)));
                queue.End(default);
            });
        }

        int sum = 0;
        x.Spawn("consumer", () =>
        {
            do
            {
                while (queue.TryTake(out int item))
                {
                    sum += item;
                }
            }
            while (x.Wait(queue.WaitAsync()));
        });
        x.AtEnd(() => x.Assert(sum == 3 && queue.Read() is { In: 2, Out: 2, Depth: 0 }));
    });

    [Fact]
    public void Stop_MeetsAnItem_CountsItOnce() => Exploring.Holds(static x =>
    {
        StageQueue<int> queue = new(1, 1, meter: null);
        x.Spawn("pump", () =>
        {
            _ = x.Wait(queue.AddAsync(1)) && x.Wait(queue.AddAsync(2));
            queue.End(default);
        });
        int taken = 0;
        x.Spawn("consumer", () =>
        {
            taken += queue.TryTake(out _) ? 1 : 0;
            queue.Stop();
        });
        x.AtEnd(() =>
        {
            StageFigures figures = queue.Read();
            x.Assert(figures.In == figures.Out + figures.Discarded && figures.Out == taken && figures.Depth == 0);
        });
    });

    [Fact]
    public void Nudge_MeetsTheWait_IsNotLost() => Exploring.Holds(static x =>
    {
        StageQueue<int> queue = new(1, 1, meter: null);
        x.Spawn("timer", queue.Nudge);
        x.Spawn("consumer", () => x.Assert(x.Wait(queue.WaitAsync())));
    });
}
