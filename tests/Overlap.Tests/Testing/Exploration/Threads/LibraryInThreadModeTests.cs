using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Testing.Exploration.Threads;

/// <summary>The library as it is shipped, in programs of threads: each of its operations is one step.</summary>
public sealed class LibraryInThreadModeTests
{
    private static readonly ExplorationOptions Some = new() { Schedules = 300 };

    [Fact]
    public void RunThreads_AsyncLockAroundAnUpdate_NothingIsLost() => Explore.RunThreads(static x => Withdraw(x, new AsyncLock()), Some).ThrowIfFailed();

    [Fact]
    public void RunThreads_NoLockAroundAnUpdate_TheLostUpdateIsFound() =>
        Assert.Equal(FailureKind.LostUpdate, Explore.RunThreads(static x => Withdraw(x, null), Some).Failure?.Kind);

    [Fact]
    public void RunThreads_BlockingEntryThatWaits_IsNamed()
    {
        ExplorationFailure? failure = Explore.RunThreads(
            static x =>
            {
                AsyncLock gate = new();
                for (int i = 0; i < 2; i++)
                {
                    x.Spawn($"thread {i}", () =>
                    {
                        using (gate.Enter())
                        {
                            x.Point();
                        }
                    });
                }
            },
            Some).Failure;

        Assert.Equal(FailureKind.Blocked, failure?.Kind);
        Assert.Contains("AsyncLock", failure!.Message, StringComparison.Ordinal);
    }

    private static void Withdraw(ThreadExplorer x, AsyncLock? gate)
    {
        Shared<int> balance = x.Share("balance", 100);
        for (int i = 0; i < 2; i++)
        {
            x.Spawn(i == 0 ? "alice" : "bob", () =>
            {
                using Lease lease = gate is null ? default : x.Wait(gate.EnterAsync());
                balance.Write(balance.Read() - 30);
            });
        }

        x.AtEnd(() => x.Assert(balance.Read() == 40));
    }
}
