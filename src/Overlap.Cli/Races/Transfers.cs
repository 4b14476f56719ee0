using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Cli.Races;

/// <summary>Two transfers in opposite directions, each of which locks the account it takes from and then the one it gives to.</summary>
internal static class Transfers
{
    /// <summary>Each holds what the other needs.</summary>
    public static Task UnsafeAsync(TaskExplorer x) => RunAsync(x, isOrdered: false);

    /// <summary>Both lock the accounts in the same order, whatever the direction.</summary>
    public static Task SafeAsync(TaskExplorer x) => RunAsync(x, isOrdered: true);

    private static async Task RunAsync(TaskExplorer x, bool isOrdered)
    {
        using AsyncLock savings = new();
        using AsyncLock current = new();
        await Task.WhenAll(
            x.Spawn("to current", () => TransferAsync(savings, current)),
            x.Spawn("to savings", () => isOrdered ? TransferAsync(savings, current) : TransferAsync(current, savings)));
    }

    private static async Task TransferAsync(AsyncLock first, AsyncLock second)
    {
        using Lease one = await first.EnterAsync();
        using Lease other = await second.EnterAsync();
    }
}
