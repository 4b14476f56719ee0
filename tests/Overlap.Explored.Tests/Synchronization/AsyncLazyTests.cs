using Overlap.Synchronization;

namespace Overlap.Explored.Tests.Synchronization;

public sealed class AsyncLazyTests
{
    [Fact]
    public void GetAsync_ThreeUsers_TheValueIsMadeOnce() => Exploring.Holds(static x =>
    {
        int made = 0;
        AsyncLazy<int> lazy = new(_ => Task.FromResult(Interlocked.Increment(ref made)));
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"task {i}", () => x.Assert(x.Wait(lazy.GetAsync()) == 1));
        }

        x.Spawn("thread", () => x.Assert(lazy.Get() == 1));
        x.AtEnd(() => x.Assert(made == 1));
    });

    [Fact]
    public void GetAsync_FactoryThatWaits_AllGetItsValue() => Exploring.Holds(static x =>
    {
        AsyncManualResetEvent signal = new();
        AsyncLazy<int> lazy = new(async token =>
        {
            await signal.WaitAsync(token).ConfigureAwait(false);
            return 7;
        });
        x.Spawn("task", () => x.Assert(x.Wait(lazy.GetAsync()) == 7));
        x.Spawn("thread", () => x.Assert(lazy.Get() == 7));
        x.Spawn("setter", signal.Set);
    });

    [Fact]
    public void GetAsync_UserGivesUp_TheOthersGetTheValue() => Exploring.Holds(static x =>
    {
        AsyncManualResetEvent signal = new();
        CancellationTokenSource cancellation = new();
        AsyncLazy<int> lazy = new(
            async token =>
            {
                await signal.WaitAsync(token).ConfigureAwait(false);
                return 7;
            },
            new AsyncLazyOptions { CancelWhenAbandoned = true });
        x.Spawn("one who gives up", () => Attempt.Cancelable(() => x.Wait(lazy.GetAsync(cancellation.Token))));
        x.Spawn("one who stays", () => x.Assert(x.Wait(lazy.GetAsync()) == 7));
        x.Spawn("canceller", cancellation.Cancel);
        x.Spawn("setter", signal.Set);
    });
}
