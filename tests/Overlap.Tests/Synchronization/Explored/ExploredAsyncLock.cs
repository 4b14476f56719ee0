using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>The lock: one at a time, first come first served, and never lost.</summary>
internal static class ExploredAsyncLock
{
    [Explored(Schedules = 3_000)]
    public static async Task Enter_ThreeTasks_NoUpdateIsLost(TaskExplorer x)
    {
        AsyncLock gate = new();
        int count = 0;
        await Task.WhenAll(x.Spawn("a", AddAsync), x.Spawn("b", AddAsync), x.Spawn("c", AddAsync));
        x.Assert(count == 3);

        async Task AddAsync()
        {
            using (await gate.EnterAsync())
            {
                int read = count;
                await x.Point();
                count = read + 1;
            }
        }
    }

    [Explored(Schedules = 3_000)]
    public static async Task Enter_FourTasks_FirstComeFirstServed(TaskExplorer x)
    {
        AsyncLock gate = new();
        List<int> came = [];
        List<int> served = [];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => x.Spawn($"{number}", async () =>
        {
            came.Add(number);
            using (await gate.EnterAsync())
            {
                served.Add(number);
                await x.Point();
            }
        })));
        x.Assert(came.SequenceEqual(served), "served in another order");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_MeetsHandOver_LockIsNotLost(TaskExplorer x)
    {
        AsyncLock gate = new();
        using CancellationTokenSource source = new();
        Task owner = x.Spawn("owner", async () =>
        {
            using (await gate.EnterAsync())
            {
                await x.Point();
            }
        });
        Task waiter = x.Spawn("waiter", async () =>
        {
            (bool isGranted, Lease lease) = await gate.EnterAsync(source.Token).WasGrantedAsync();
            x.Assert(isGranted == lease.IsTaken);
            lease.Dispose();
        });
        Task next = x.Spawn("next", async () => (await gate.EnterAsync()).Dispose());
        Task canceller = x.SpawnCanceller(source);
        await Task.WhenAll(owner, waiter, next, canceller);
        x.Assert(gate.GetStatistics() == new AsyncLockStatistics(IsHeld: false, Waiting: 0), $"{gate.GetStatistics()}");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Dispose_OthersWait_AllEnd(TaskExplorer x)
    {
        AsyncLock gate = new();
        int inside = 0;
        Task[] users = [x.Spawn("a", UseAsync), x.Spawn("b", UseAsync), x.Spawn("c", UseAsync)];
        await x.Spawn("disposer", async () =>
        {
            await x.Point();
            gate.Dispose();
        });
        await Task.WhenAll(users);
        x.Assert(!gate.TryEnter(out _), "entered after the disposal");

        async Task UseAsync()
        {
            (bool isGranted, Lease lease) = await gate.EnterAsync().WasGrantedAsync();
            if (isGranted)
            {
                x.Assert(++inside == 1, "two owners");
                await x.Point();
                inside--;
                lease.Dispose();
            }
        }
    }

    [Explored(Schedules = 3_000)]
    public static async Task Lease_DisposedTwice_FreesNobodyElsesEntry(TaskExplorer x)
    {
        AsyncLock gate = new();
        int inside = 0;
        await Task.WhenAll(x.Spawn("a", UseAsync), x.Spawn("b", UseAsync), x.Spawn("c", UseAsync));

        async Task UseAsync()
        {
            Lease lease = await gate.EnterAsync();
            x.Assert(++inside == 1, "two owners");
            await x.Point();
            inside--;
            lease.Dispose();
            await x.Point();
            lease.Dispose();
        }
    }
}
