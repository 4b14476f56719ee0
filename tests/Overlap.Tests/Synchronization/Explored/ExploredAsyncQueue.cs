using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>The queue: every item comes out once, in order, whoever gives up on either side.</summary>
internal static class ExploredAsyncQueue
{
    [Explored(Schedules = 3_000)]
    public static async Task Bounded_TwoProducersOneConsumer_EachOnesItemsInOrder(TaskExplorer x)
    {
        AsyncQueue<int> queue = new(1);
        List<int> taken = [];
        await Task.WhenAll(
            x.Spawn("odd", async () =>
            {
                await queue.AddAsync(1);
                await queue.AddAsync(3);
            }),
            x.Spawn("even", async () =>
            {
                await queue.AddAsync(2);
                await queue.AddAsync(4);
            }),
            x.Spawn("consumer", async () =>
            {
                for (int count = 0; count < 4; count++)
                {
                    taken.Add(await queue.TakeAsync());
                }
            }));
        x.Assert(taken.IndexOf(1) < taken.IndexOf(3) && taken.IndexOf(2) < taken.IndexOf(4), string.Join(", ", taken));
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_OfATakeMeetsAnAdd_ItemIsNotLost(TaskExplorer x)
    {
        AsyncQueue<int> queue = new(1);
        using CancellationTokenSource source = new();
        Task<(bool IsGranted, int Value)> take = x.Spawn("impatient", () => queue.TakeAsync(source.Token).WasGrantedAsync());
        Task add = x.Spawn("producer", async () => await queue.AddAsync(7));
        await Task.WhenAll(take, add, x.SpawnCanceller(source));
        x.Assert(queue.TryTake(out int left) == !(await take).IsGranted, "taken and left, or neither");
        x.Assert(left + (await take).Value == 7);
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_OfAnAddMeetsATake_ItemIsInOnceOrNever(TaskExplorer x)
    {
        AsyncQueue<int> queue = new(1);
        using CancellationTokenSource source = new();
        await queue.AddAsync(1);
        Task<bool> add = x.Spawn("impatient", () => queue.AddAsync(2, source.Token).WasGrantedAsync());
        Task take = x.Spawn("consumer", async () => x.Assert(await queue.TakeAsync() == 1));
        await Task.WhenAll(add, take, x.SpawnCanceller(source));
        x.Assert(queue.TryTake(out _) == await add);
        x.Assert(queue.GetStatistics() is { Count: 0, WaitingToAdd: 0, WaitingToTake: 0 }, $"{queue.GetStatistics()}");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_OfTheFirstOfTwoTakes_ItemGoesToTheOther(TaskExplorer x)
    {
        AsyncQueue<int> queue = new();
        using CancellationTokenSource source = new();
        Task<(bool IsGranted, int Value)> impatient = x.Spawn("impatient", () => queue.TakeAsync(source.Token).WasGrantedAsync());
        Task<int> patient = x.Spawn("patient", async () => await queue.TakeAsync());
        Task canceller = x.SpawnCanceller(source);
        await queue.AddAsync(1);
        if ((await impatient).IsGranted)
        {
            await queue.AddAsync(1);
        }

        x.Assert(await patient == 1);
        await canceller;
    }

    [Explored(Schedules = 3_000)]
    public static async Task ShutDown_OthersWait_EveryItemIsTakenAndAllEnd(TaskExplorer x)
    {
        AsyncQueue<int> queue = new(1);
        int added = 0;
        int taken = 0;
        Task[] users =
        [
            x.Spawn("producer", async () =>
            {
                try
                {
                    for (int count = 0; count < 3; count++)
                    {
                        await queue.AddAsync(1);
                        added++;
                    }
                }
                catch (QueueShutDownException)
                {
                }
            }),
            x.Spawn("consumer", async () =>
            {
                await foreach (int item in queue.TakeAllAsync())
                {
                    taken += item;
                }
            }),
        ];
        await x.Spawn("owner", async () =>
        {
            await x.Point();
            queue.ShutDown();
        });
        await Task.WhenAll(users);
        x.Assert(added == taken, $"{added} added, {taken} taken");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Join_WorkersTake_EndsWhenAllIsDone(TaskExplorer x)
    {
        AsyncQueue<int> queue = new();
        int done = 0;
        await queue.AddAsync(1);
        await queue.AddAsync(2);
        Task[] workers = [x.Spawn("worker 1", WorkAsync), x.Spawn("worker 2", WorkAsync)];
        await queue.JoinAsync();
        x.Assert(done == 2, $"{done} done");
        await Task.WhenAll(workers);

        async Task WorkAsync()
        {
            await queue.TakeAsync();
            await x.Point();
            done++;
            queue.TaskDone();
        }
    }

    [Explored(Schedules = 3_000)]
    public static async Task Delay_EarlierItemComes_IsTakenFirst(TaskExplorer x)
    {
        AsyncQueue<int> queue = new(new AsyncQueueOptions<int> { Order = QueueOrder.Delay, TimeProvider = x.TimeProvider });
        List<int> taken = [];
        Task consumer = x.Spawn("consumer", async () =>
        {
            taken.Add(await queue.TakeAsync());
            taken.Add(await queue.TakeAsync());
        });
        await queue.AddAsync(2, TimeSpan.FromSeconds(2));
        await queue.AddAsync(1, TimeSpan.FromSeconds(1));
        await consumer;
        x.Assert(taken is [1, 2], string.Join(", ", taken));
    }
}
