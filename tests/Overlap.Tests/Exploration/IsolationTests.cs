using Overlap.Synchronization;
using Overlap.Testing.Exploration;
using Overlap.Waiting;

namespace Overlap.Tests.Exploration;

public sealed class IsolationTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Fact]
    public void Run_CallersContexts_AreNeitherSeenNorChanged()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext mine = new();
        SynchronizationContext.SetSynchronizationContext(mine);
        Ambient.Value = "the caller's";
        try
        {
            string? seen = "nothing";
            Explore.Run(
                x =>
                {
                    seen = Ambient.Value;
                    Ambient.Value = "the program's";
                    return Task.CompletedTask;
                },
                new ExplorationOptions { Schedules = 1 }).ThrowIfFailed();
            Assert.Null(seen);
            Assert.Equal("the caller's", Ambient.Value);
            Assert.Same(mine, SynchronizationContext.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    [Fact]
    public void Run_AsyncLocalOfALane_FollowsTheLane() => Explore.Run(
        static async x =>
        {
            async Task Hold(string name)
            {
                Ambient.Value = name;
                await x.Point();
                x.Assert(Ambient.Value == name);
                await Task.Yield();
                x.Assert(Ambient.Value == name);
            }

            await Task.WhenAll(x.Spawn("a", () => Hold("a")), x.Spawn("b", () => Hold("b")));
            x.Assert(Ambient.Value is null);
        },
        new ExplorationOptions { Schedules = 500 }).ThrowIfFailed();

    [Fact]
    public void Run_TwoAtTheSameTime_DoNotDisturbEachOther()
    {
        ExplorationResult[] results = new ExplorationResult[2];
        using Barrier barrier = new(2);
        Thread[] threads =
        [
            .. Enumerable.Range(0, 2).Select(i => new Thread(() =>
            {
                barrier.SignalAndWait();
                results[i] = Explore.Run(
                    i == 0 ? SmallPrograms.Points(3, 2) : SmallPrograms.OppositeOrder,
                    new ExplorationOptions { Strategy = ExplorationStrategy.Exhaustive, Preemptions = null });
            })),
        ];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Equal(1_680, results[0].Schedules);
        Assert.Null(results[0].Failure);
        Assert.Equal(FailureKind.Deadlock, results[1].Failure?.Kind);
    }

    [Fact]
    public void Run_Ended_LeavesNoInterleaverToTheCaller()
    {
        Explore.Run(SmallPrograms.SafeAccount, new ExplorationOptions { Schedules = 10 });
        Assert.Null(Interleaver.Current);
    }

    [Fact]
    public void Run_ExceptionOfProgressCallback_ComesOut() => Assert.Throws<InvalidOperationException>(static () => Explore.Run(
        SmallPrograms.Points(3, 3),
        new ExplorationOptions { Strategy = ExplorationStrategy.Random, Progress = static _ => throw new InvalidOperationException() }));

    [Fact]
    public void Run_UncontendedLock_LetsOthersRunOnceItIsEntered()
    {
        bool wasOtherInside = false;
        Explore.Run(
            async x =>
            {
                AsyncLock gate = new();
                int held = 0;
                Task holder = x.Spawn("holder", async () =>
                {
                    using Lease lease = await gate.EnterAsync();
                    held++;
                    held--;
                });
                await x.Spawn("other", () =>
                {
                    wasOtherInside |= gate.GetStatistics().IsHeld;
                    return Task.CompletedTask;
                });
                await holder;
            },
            new ExplorationOptions { Schedules = 50 }).ThrowIfFailed();
        Assert.True(wasOtherInside);
    }

    [Fact]
    public void Run_LibraryContinuationsThatAskForThePool_StayInTheExplorer() => Explore.Run(
        static async x =>
        {
            AsyncLock gate = new();
            async Task Enter()
            {
                using (await gate.EnterAsync().ConfigureAwait(false))
                {
                    await x.Point();
                }
            }

            await Task.WhenAll(x.Spawn("a", Enter), x.Spawn("b", Enter), x.Spawn("c", Enter));
        },
        new ExplorationOptions { Schedules = 500 }).ThrowIfFailed();
}
