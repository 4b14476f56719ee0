// The classic bank account: withdrawals that look right lose money. The explorer finds the order that shows it, and proves the safe form.
// Usage: bank-account
using Overlap.Synchronization;
using Overlap.Testing.Exploration;

Console.WriteLine(Explore.Run(Withdrawals.FromUnsafeAccount, new() { Name = "unsafe", Strategy = ExplorationStrategy.Exhaustive }));
Console.WriteLine();
Console.WriteLine(Explore.Run(Withdrawals.FromSafeAccount, new() { Name = "safe", Strategy = ExplorationStrategy.Exhaustive }));

// snippet
internal static class Withdrawals
{
    [Explored(Strategy = ExplorationStrategy.Exhaustive)]
    public static Task FromUnsafeAccount(TaskExplorer x) => WithdrawTwiceAsync(x, new UnsafeAccount(100));

    [Explored(Strategy = ExplorationStrategy.Exhaustive)]
    public static async Task FromSafeAccount(TaskExplorer x)
    {
        using AsyncLock asyncLock = new();
        await WithdrawTwiceAsync(x, new SafeAccount(100, asyncLock));
    }

    private static async Task WithdrawTwiceAsync(TaskExplorer x, UnsafeAccount account)
    {
        await Task.WhenAll(x.Spawn("alice", () => account.WithdrawAsync(30)), x.Spawn("bob", () => account.WithdrawAsync(60)));
        x.Assert(account.Balance == 10, $"{account.Balance} are left of 100 after 30 and 60 were withdrawn");
    }
}

internal class UnsafeAccount(int balance)
{
    public int Balance { get; private set; } = balance;

    public virtual async Task WithdrawAsync(int amount)
    {
        int read = Balance;
        await Task.Yield();   // Asks another computer whether the customer may.
        Balance = read - amount;
    }
}

internal sealed class SafeAccount(int balance, AsyncLock asyncLock) : UnsafeAccount(balance)
{
    public override async Task WithdrawAsync(int amount)
    {
        using Lease entered = await asyncLock.EnterAsync();
        await base.WithdrawAsync(amount);
    }
}
// end snippet
