using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Cli.Races;

/// <summary>The classic: two tasks withdraw from one account; each reads the balance, asks elsewhere, and writes what it computed.</summary>
internal static class BankAccount
{
    private const int Opening = 100;

    /// <summary>Between reading and writing, the other one may withdraw too.</summary>
    public static async Task UnsafeAsync(TaskExplorer x)
    {
        Shared<int> balance = x.Share("balance", Opening);
        x.AtEnd(() => x.Assert(balance.Read() == 10, "100 less 30 and 60 leaves 10"));
        await Task.WhenAll(x.Spawn("alice", () => WithdrawAsync(30)), x.Spawn("bob", () => WithdrawAsync(60)));

        async Task WithdrawAsync(int amount)
        {
            int read = balance.Read();
            await x.Point();   // The bank asks another computer whether it may.
            balance.Write(read - amount);
        }
    }

    /// <summary>The same under a lock: one withdrawal ends before the other begins.</summary>
    public static async Task SafeAsync(TaskExplorer x)
    {
        Shared<int> balance = x.Share("balance", Opening);
        using AsyncLock account = new();
        x.AtEnd(() => x.Assert(balance.Read() == 10));
        await Task.WhenAll(x.Spawn("alice", () => WithdrawAsync(30)), x.Spawn("bob", () => WithdrawAsync(60)));

        async Task WithdrawAsync(int amount)
        {
            using Lease entered = await account.EnterAsync();
            int read = balance.Read();
            await x.Point();
            balance.Write(read - amount);
        }
    }
}
