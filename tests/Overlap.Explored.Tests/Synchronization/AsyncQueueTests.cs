using Overlap.Synchronization;

namespace Overlap.Explored.Tests.Synchronization;

public sealed class AsyncQueueTests
{
    [Fact]
    public void TakeAsync_TwoProducersTwoConsumers_EachItemIsTakenOnce() => Exploring.Holds(static x =>
    {
        AsyncQueue<int> queue = new(1);
        int sum = 0;
        for (int i = 0; i < 2; i++)
        {
            int item = 1 << i;
            x.Spawn($"producer {i}", () => x.Wait(queue.AddAsync(item)));
            x.Spawn($"consumer {i}", () => Add(ref sum, x.Wait(queue.TakeAsync())));
        }

        x.AtEnd(() => x.Assert(sum == 3 && queue.Count == 0));
    });

    [Fact]
    public void Take_ThreadsAndTasks_EachItemIsTakenOnce() => Exploring.Holds(static x =>
    {
        AsyncQueue<int> queue = new(1);
        int sum = 0;
        x.Spawn("producer", () =>
        {
            queue.Add(1);
            queue.Add(2);
        });
        x.Spawn("thread", () => Add(ref sum, queue.Take()));
        x.Spawn("task", () => Add(ref sum, x.Wait(queue.TakeAsync())));
        x.AtEnd(() => x.Assert(sum == 3 && queue.Count == 0));
    });

    [Fact]
    public void TakeAsync_CancellationMeetsAnItem_TheItemIsTakenOrStays() => Exploring.Holds(static x =>
    {
        AsyncQueue<int> queue = new();
        CancellationTokenSource cancellation = new();
        int sum = 0;
        x.Spawn("producer", () => x.Wait(queue.AddAsync(1)));
        x.Spawn("consumer", () => Attempt.Cancelable(() => Add(ref sum, x.Wait(queue.TakeAsync(cancellation.Token)))));
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(sum + queue.Count == 1));
    });

    [Fact]
    public void AddAsync_CancellationMeetsRoom_TheItemIsInOrNot() => Exploring.Holds(static x =>
    {
        AsyncQueue<int> queue = new(1);
        CancellationTokenSource cancellation = new();
        int added = 1;
        int taken = 0;
        queue.TryAdd(1);
        x.Spawn("producer", () => Add(ref added, Attempt.Cancelable(() => x.Wait(queue.AddAsync(1, cancellation.Token))) ? 1 : 0));
        x.Spawn("consumer", () => Add(ref taken, x.Wait(queue.TakeAsync())));
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(added == taken + queue.Count));
    });

    [Fact]
    public void JoinAsync_ItemsDone_EndsAfterTheLast() => Exploring.Holds(static x =>
    {
        AsyncQueue<int> queue = new();
        int done = 0;
        queue.TryAdd(1);
        queue.TryAdd(2);
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"worker {i}", () =>
            {
                queue.Take();
                done++;
                queue.TaskDone();
            });
        }

        x.Spawn("owner", () =>
        {
            x.Wait(queue.JoinAsync());
            x.Assert(done == 2);
        });
    });

    [Fact]
    public void ShutDown_MeetsProducersAndConsumers_NobodyHangsAndNothingIsLost() => Exploring.Holds(static x =>
    {
        AsyncQueue<int> queue = new(1);
        int added = 0;
        int taken = 0;
        x.Spawn("producer", () =>
        {
            try
            {
                queue.Add(1);
                added++;
                x.Wait(queue.AddAsync(1));
                added++;
            }
            catch (QueueShutDownException)
            {
            }
        });
        x.Spawn("consumer", () =>
        {
            try
            {
                while (true)
                {
                    Add(ref taken, x.Wait(queue.TakeAsync()));
                }
            }
            catch (QueueShutDownException)
            {
            }
        });
        x.Spawn("closer", () => queue.ShutDown());
        x.AtEnd(() => x.Assert(added == taken));
    });

    // Not sum += ..., which reads the sum before it waits.
    private static void Add(ref int sum, int item) => sum += item;
}
