using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Exploration;

/// <summary>Programs of a few lines, each with one thing to be found, or none.</summary>
internal static class SmallPrograms
{
    public static async Task UnsafeAccount(TaskExplorer x)
    {
        Shared<int> balance = x.Share("balance", 100);
        async Task Withdraw()
        {
            int seen = balance.Read();
            await x.Point();
            balance.Write(seen - 30);
        }

        await Task.WhenAll(x.Spawn("alice", Withdraw), x.Spawn("bob", Withdraw));
        x.Assert(balance.Read() == 40, "two withdrawals of 30 leave 40 of 100");
    }

    public static async Task SafeAccount(TaskExplorer x)
    {
        Shared<int> balance = x.Share("balance", 100);
        using AsyncLock gate = new();
        async Task Withdraw()
        {
            using (await gate.EnterAsync())
            {
                int seen = balance.Read();
                await x.Point();
                balance.Write(seen - 30);
            }
        }

        await Task.WhenAll(x.Spawn("alice", Withdraw), x.Spawn("bob", Withdraw));
        x.Assert(balance.Read() == 40);
    }

    public static async Task OppositeOrder(TaskExplorer x)
    {
        AsyncLock a = new();
        AsyncLock b = new();
        static async Task Both(AsyncLock first, AsyncLock second)
        {
            using Lease one = await first.EnterAsync();
            using Lease two = await second.EnterAsync();
        }

        await Task.WhenAll(x.Spawn("one", () => Both(a, b)), x.Spawn("two", () => Both(b, a)));
    }

    /// <summary>Checks before it listens: a signal in between is lost.</summary>
    public static async Task CheckThenWait(TaskExplorer x)
    {
        bool isSet = false;
        TaskCompletionSource? waiter = null;
        Task waiting = x.Spawn("waiter", async () =>
        {
            if (!isSet)
            {
                await x.Point();
                waiter = new TaskCompletionSource();
                await waiter.Task;
            }
        });
        Task setting = x.Spawn("setter", async () =>
        {
            await x.Point();
            isSet = true;
            waiter?.SetResult();
        });
        await waiting;
        await setting;
    }

    /// <summary>As many lanes, each with as many points, of which nothing can go wrong.</summary>
    public static Func<TaskExplorer, Task> Points(int lanes, int points) => x =>
    {
        for (int i = 0; i < lanes; i++)
        {
            x.Spawn($"lane {i}", async () =>
            {
                for (int point = 0; point < points; point++)
                {
                    await x.Point();
                }
            });
        }

        return Task.CompletedTask;
    };
}
