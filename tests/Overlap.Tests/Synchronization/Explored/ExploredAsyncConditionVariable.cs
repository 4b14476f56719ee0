using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>The condition variable: a notification that is given is never lost.</summary>
internal static class ExploredAsyncConditionVariable
{
    [Explored(Schedules = 3_000)]
    public static async Task WaitFor_BoundedBuffer_EverybodyEnds(TaskExplorer x)
    {
        AsyncLock gate = new();
        AsyncConditionVariable hasRoom = new(gate);
        AsyncConditionVariable hasItem = new(gate);
        int items = 0;
        await Task.WhenAll(x.Spawn("put 1", PutAsync), x.Spawn("put 2", PutAsync), x.Spawn("take 1", TakeAsync), x.Spawn("take 2", TakeAsync));
        x.Assert(items == 0);

        async Task PutAsync()
        {
            using Lease held = await gate.EnterAsync();
            await hasRoom.WaitForAsync(held, () => items < 1);
            items++;
            hasItem.NotifyOne(held);
        }

        async Task TakeAsync()
        {
            using Lease held = await gate.EnterAsync();
            await hasItem.WaitForAsync(held, () => items > 0);
            items--;
            x.Assert(items == 0, "an item too many");
            hasRoom.NotifyOne(held);
        }
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_MeetsNotify_NotificationReachesTheOther(TaskExplorer x)
    {
        AsyncLock gate = new();
        AsyncConditionVariable condition = new(gate);
        using CancellationTokenSource source = new();
        int items = 0;
        Task<bool> impatient = x.Spawn("impatient", () => TakeAsync(source.Token));
        Task<bool> patient = x.Spawn("patient", () => TakeAsync(CancellationToken.None));
        Task canceller = x.SpawnCanceller(source);
        await x.Spawn("first put", PutAsync);
        if (await impatient)
        {
            await x.Spawn("second put", PutAsync);
        }

        x.Assert(await patient);
        await canceller;

        async Task PutAsync()
        {
            using Lease held = await gate.EnterAsync();
            items++;
            condition.NotifyOne(held);
        }

        async Task<bool> TakeAsync(CancellationToken token)
        {
            using Lease held = await gate.EnterAsync(CancellationToken.None);
            while (items == 0)
            {
                if (!await condition.WaitAsync(held, token).WasGrantedAsync())
                {
                    return false;
                }
            }

            items--;
            return true;
        }
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_WhileItWaits_HoldsTheLockAgain(TaskExplorer x)
    {
        AsyncLock gate = new();
        AsyncConditionVariable condition = new(gate);
        using CancellationTokenSource source = new();
        int inside = 0;
        Task waiter = x.Spawn("waiter", async () =>
        {
            using Lease held = await gate.EnterAsync();
            await condition.WaitAsync(held, source.Token).WasGrantedAsync();
            x.Assert(++inside == 1, "two owners");
            await x.Point();
            inside--;
        });
        Task other = x.Spawn("other", async () =>
        {
            using Lease held = await gate.EnterAsync();
            x.Assert(++inside == 1, "two owners");
            await x.Point();
            inside--;
        });
        await Task.WhenAll(waiter, other, x.SpawnCanceller(source));
        x.Assert(!gate.GetStatistics().IsHeld);
    }

    [Explored(Schedules = 3_000)]
    public static async Task NotifyAll_ThreeWait_AllGoOn(TaskExplorer x)
    {
        AsyncLock gate = new();
        AsyncConditionVariable condition = new(gate);
        bool isOpen = false;
        Task[] waiters = [.. Enumerable.Range(0, 3).Select(number => x.Spawn($"{number}", async () =>
        {
            using Lease held = await gate.EnterAsync();
            await condition.WaitForAsync(held, () => isOpen);
        }))];
        await x.Spawn("opener", async () =>
        {
            using Lease held = await gate.EnterAsync();
            isOpen = true;
            condition.NotifyAll(held);
        });
        await Task.WhenAll(waiters);
    }

    [Explored(Schedules = 3_000)]
    public static async Task Dispose_OthersWait_AllEnd(TaskExplorer x)
    {
        AsyncLock gate = new();
        AsyncConditionVariable condition = new(gate);
        Task[] waiters = [.. Enumerable.Range(0, 2).Select(number => x.Spawn($"{number}", async () =>
        {
            using Lease held = await gate.EnterAsync();
            await condition.WaitAsync(held).WasGrantedAsync();
        }))];
        await x.Spawn("disposer", async () =>
        {
            await x.Point();
            condition.Dispose();
        });
        await Task.WhenAll(waiters);
        x.Assert(gate.TryEnter(out _), "the lock was lost");
    }
}
