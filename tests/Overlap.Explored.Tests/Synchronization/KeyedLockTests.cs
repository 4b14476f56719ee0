using Overlap.Synchronization;

namespace Overlap.Explored.Tests.Synchronization;

public sealed class KeyedLockTests
{
    [Fact]
    public void EnterAsync_TwoKeys_EachKeyLetsOneInAtATime() => Exploring.Holds(static x =>
    {
        KeyedLock<string> locks = new();
        Guarded first = new(x);
        Guarded second = new(x);
        for (int i = 0; i < 3; i++)
        {
            (string key, Guarded guarded) = i == 1 ? ("b", second) : ("a", first);
            x.Spawn($"task {i}", () =>
            {
                using (x.Wait(locks.EnterAsync(key)))
                {
                    guarded.Visit();
                }
            });
        }

        x.AtEnd(() => x.Assert(first.Visits == 2 && second.Visits == 1 && locks.TryEnter("a", out _) && locks.TryEnter("b", out _)));
    });

    [Fact]
    public void Enter_CancellationMeetsHandOver_TheKeyIsFreeInTheEnd() => Exploring.Holds(static x =>
    {
        KeyedLock<string> locks = new();
        Guarded guarded = new(x);
        CancellationTokenSource cancellation = new();
        x.Spawn("owner", () =>
        {
            using (locks.Enter("a"))
            {
                guarded.Visit();
            }
        });
        x.Spawn("waiter", () => Attempt.Cancelable(() =>
        {
            using (x.Wait(locks.EnterAsync("a", cancellation.Token)))
            {
                guarded.Visit();
            }
        }));
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(locks.TryEnter("a", out _)));
    });

    [Fact]
    public void Dispose_WithWaiters_EachEntersOrIsRefused() => Exploring.Holds(static x =>
    {
        KeyedLock<string> locks = new();
        Guarded guarded = new(x);
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"task {i}", () => Attempt.Disposable(() =>
            {
                using (x.Wait(locks.EnterAsync("a")))
                {
                    guarded.Visit();
                }
            }));
        }

        x.Spawn("disposer", locks.Dispose);
    });
}
