using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>The semaphore: never more than its permits, first come first served also with weights, and no permit lost.</summary>
internal static class ExploredAsyncSemaphore
{
    [Explored(Schedules = 3_000)]
    public static async Task Enter_Weighted_NeverMoreThanItsPermits(TaskExplorer x)
    {
        AsyncSemaphore semaphore = new(3, 3);
        int taken = 0;
        await Task.WhenAll(((int[])[1, 2, 3, 1]).Select((permits, number) => x.Spawn($"{number} of {permits}", async () =>
        {
            using (await semaphore.EnterAsync(permits))
            {
                taken += permits;
                x.Assert(taken <= 3, "more than its permits");
                await x.Point();
                taken -= permits;
            }
        })));
        x.Assert(semaphore.FreePermits == 3);
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_OfTheBigOneInFront_LetsTheSmallOnesGo(TaskExplorer x)
    {
        AsyncSemaphore semaphore = new(2, 3);
        using CancellationTokenSource source = new();
        Task big = x.Spawn("big", async () =>
        {
            (_, Lease lease) = await semaphore.EnterAsync(3, source.Token).WasGrantedAsync();
            x.Assert(!lease.IsTaken, "three of two permits");
        });
        Task small = x.Spawn("small", async () => (await semaphore.EnterAsync()).Dispose());
        Task other = x.Spawn("other", async () => (await semaphore.EnterAsync(2)).Dispose());
        Task canceller = x.SpawnCanceller(source);
        await Task.WhenAll(big, small, other, canceller);
        x.Assert(semaphore.GetStatistics() == new AsyncSemaphoreStatistics(2, 0, 0), $"{semaphore.GetStatistics()}");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_MeetsRelease_NoPermitIsLost(TaskExplorer x)
    {
        AsyncSemaphore semaphore = new(0);
        using CancellationTokenSource source = new();
        Task<bool> waiter = x.Spawn("waiter", () => semaphore.TakeAsync(1, source.Token).WasGrantedAsync());
        Task releaser = x.Spawn("releaser", async () =>
        {
            await x.Point();
            semaphore.Release();
        });
        Task canceller = x.SpawnCanceller(source);
        await Task.WhenAll(waiter, releaser, canceller);
        x.Assert(semaphore.FreePermits == (await waiter ? 0 : 1));
    }

    [Explored(Schedules = 3_000)]
    public static async Task Dispose_OthersWait_AllEnd(TaskExplorer x)
    {
        AsyncSemaphore semaphore = new(1);
        Task[] users = [.. Enumerable.Range(0, 3).Select(number => x.Spawn($"{number}", async () =>
        {
            (_, Lease lease) = await semaphore.EnterAsync().WasGrantedAsync();
            await x.Point();
            lease.Dispose();
        }))];
        await x.Spawn("disposer", async () =>
        {
            await x.Point();
            semaphore.Dispose();
        });
        await Task.WhenAll(users);
    }
}
