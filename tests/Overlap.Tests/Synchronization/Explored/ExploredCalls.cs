using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>What the explored programs do with waits that may be refused.</summary>
internal static class ExploredCalls
{
    /// <summary>Starts a lane that cancels. Not by <c>CancelAsync</c>: that runs the callbacks on the pool, out of the explorer's sight.</summary>
    public static Task SpawnCanceller(this TaskExplorer x, CancellationTokenSource source) => x.Spawn("canceller", () =>
    {
        source.Cancel();
        return Task.CompletedTask;
    });

    /// <summary>Awaits a wait that may be cancelled or find its object disposed.</summary>
    /// <returns>Whether it was given what it waited for.</returns>
    public static async Task<bool> WasGrantedAsync(this ValueTask wait)
    {
        try
        {
            await wait;
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="WasGrantedAsync(ValueTask)"/>
    /// <returns>What it was given, and whether it was.</returns>
    public static async Task<(bool IsGranted, T? Value)> WasGrantedAsync<T>(this ValueTask<T> wait)
    {
        try
        {
            return (true, await wait);
        }
        catch (OperationCanceledException)
        {
            return default;
        }
        catch (ObjectDisposedException)
        {
            return default;
        }
    }
}
