using Overlap.Actors;

namespace Overlap.Tests.Actors;

public sealed class TellTests
{
    [Fact]
    public async Task Tell_ManyMessages_HandledInOrder()
    {
        await using ActorSystem system = new();
        List<int> seen = [];
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>((_, n) =>
        {
            seen.Add(n);
            return default;
        }));
        for (int i = 0; i < 5_000; i++)
        {
            Assert.Equal(TellResult.Accepted, actor.Tell(i));
        }

        await actor.StopAsync(StopMode.Drain);
        Assert.Equal(Enumerable.Range(0, 5_000), seen);
    }

    [Fact]
    public async Task Tell_FromManyThreads_LosesNothing()
    {
        await using ActorSystem system = new();
        long sum = 0;
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>((_, n) =>
        {
            sum += n;
            return default;
        }));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 1; i <= 20_000; i++)
            {
                actor.Tell(i);
            }
        })));
        await actor.StopAsync(StopMode.Drain);
        Assert.Equal(4L * 20_000 * 20_001 / 2, sum);
    }

    [Fact]
    public async Task Tell_HandlerAwaits_NextMessageWaits()
    {
        await using ActorSystem system = new();
        int inside = 0;
        int most = 0;
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>(async (_, _) =>
        {
            most = Math.Max(most, ++inside);
            await Task.Yield();
            inside--;
        }));
        for (int i = 0; i < 100; i++)
        {
            actor.Tell(i);
        }

        await actor.StopAsync(StopMode.Drain);
        Assert.Equal(1, most);
        Assert.Equal(100, actor.GetStatistics().Handled);
    }

    [Fact]
    public async Task Tell_AfterStop_SaysStoppedAndIsDeadLetter()
    {
        await using ActorSystem system = new();
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>(), new ActorOptions { Name = "a" });
        await actor.StopAsync();
        Assert.Equal(TellResult.Stopped, actor.Tell(7));
        Assert.Equal(new DeadLetter("/a", 7, DeadLetterReason.ActorStopped), Assert.Single(system.DeadLetters));
    }

    [Fact]
    public async Task Tell_DeadLetterObserverThrows_DoesNotThrow()
    {
        await using ActorSystem system = new();
        system.DeadLetterFound += static _ => throw new InvalidOperationException("planned");
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>());
        await actor.StopAsync();
        Assert.Equal(TellResult.Stopped, actor.Tell(7));
        Assert.Equal(1, system.GetStatistics().FailedObservers);
    }

    [Theory]
    [InlineData(MailboxOverflow.Wait)]
    [InlineData(MailboxOverflow.DropNewest)]
    [InlineData(MailboxOverflow.Fail)]
    public async Task Tell_MailboxFull_DropsNewest(MailboxOverflow overflow)
    {
        await using ActorSystem system = new();
        Blocked blocked = await Blocked.FillAsync(system, overflow);
        Assert.Equal(TellResult.Dropped, blocked.Actor.Tell(3));
        await blocked.FinishAsync();
        Assert.Equal([0, 1, 2], blocked.Seen);
        Assert.Equal(new DeadLetter("/full", 3, DeadLetterReason.MailboxFull), Assert.Single(system.DeadLetters));
    }

    [Fact]
    public async Task Tell_MailboxFull_DropsOldest()
    {
        await using ActorSystem system = new();
        Blocked blocked = await Blocked.FillAsync(system, MailboxOverflow.DropOldest);
        Assert.Equal(TellResult.Accepted, blocked.Actor.Tell(3));
        await blocked.FinishAsync();
        Assert.Equal([0, 2, 3], blocked.Seen);
        Assert.Equal(new DeadLetter("/full", 1, DeadLetterReason.MailboxFull), Assert.Single(system.DeadLetters));
    }

    [Fact]
    public async Task Tell_MailboxFull_StopsActor()
    {
        await using ActorSystem system = new();
        Blocked blocked = await Blocked.FillAsync(system, MailboxOverflow.Stop);
        Assert.Equal(TellResult.Dropped, blocked.Actor.Tell(3));
        blocked.Gate.SetResult();
        await blocked.Actor.WaitForStopAsync();
        Assert.Equal([0], blocked.Seen);
        Assert.Equal([3, 1, 2], system.DeadLetters.Select(static letter => letter.Message));
    }

    [Fact]
    public async Task TellAsync_MailboxFull_WaitsForRoomInOrder()
    {
        await using ActorSystem system = new();
        Blocked blocked = await Blocked.FillAsync(system, MailboxOverflow.Wait);
        Task first = blocked.Actor.TellAsync(3).AsTask();
        Task second = blocked.Actor.TellAsync(4).AsTask();
        Assert.Equal(2, blocked.Actor.GetStatistics().WaitingForRoom);
        blocked.Gate.SetResult();
        await Task.WhenAll(first, second);
        await blocked.Actor.StopAsync(StopMode.Drain);
        Assert.Equal([0, 1, 2, 3, 4], blocked.Seen);
    }

    [Fact]
    public async Task TellAsync_CancelledWhileWaiting_TellsNothing()
    {
        await using ActorSystem system = new();
        Blocked blocked = await Blocked.FillAsync(system, MailboxOverflow.Wait);
        using CancellationTokenSource source = new();
        Task waits = blocked.Actor.TellAsync(3, source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        await blocked.FinishAsync();
        Assert.Equal([0, 1, 2], blocked.Seen);
    }

    [Fact]
    public async Task TellAsync_StoppedWhileWaiting_ThrowsAndIsDeadLetter()
    {
        await using ActorSystem system = new();
        Blocked blocked = await Blocked.FillAsync(system, MailboxOverflow.Wait);
        Task waits = blocked.Actor.TellAsync(3).AsTask();
        blocked.Actor.Stop();
        blocked.Gate.SetResult();
        await Assert.ThrowsAsync<ActorStoppedException>(() => waits);
        await blocked.Actor.WaitForStopAsync();
        Assert.Equal([3, 1, 2], system.DeadLetters.Select(static letter => letter.Message));
    }

    [Fact]
    public async Task TellAsync_FullAndFails_Throws()
    {
        await using ActorSystem system = new();
        Blocked blocked = await Blocked.FillAsync(system, MailboxOverflow.Fail);
        await Assert.ThrowsAsync<MailboxFullException>(async () => await blocked.Actor.TellAsync(3));
        await blocked.FinishAsync();
    }

    [Fact]
    public async Task TellAsync_OneProducerBounded_LosesNothing()
    {
        await using ActorSystem system = new();
        long sum = 0;
        ActorRef<int> actor = system.Spawn(
            () => new Scripted<int>((_, n) =>
            {
                sum += n;
                return default;
            }),
            new ActorOptions { Mailbox = MailboxOptions.Bounded(16) });
        for (int i = 1; i <= 20_000; i++)
        {
            await actor.TellAsync(i);
        }

        await actor.StopAsync(StopMode.Drain);
        Assert.Equal(20_000L * 20_001 / 2, sum);
    }

    /// <summary>An actor with a mailbox of two that waits inside its message 0, with 1 and 2 behind it.</summary>
    private sealed class Blocked
    {
        public required ActorRef<int> Actor { get; init; }

        public List<int> Seen { get; } = [];

        public TaskCompletionSource Gate { get; } = new();

        public static async Task<Blocked> FillAsync(ActorSystem system, MailboxOverflow overflow)
        {
            TaskCompletionSource entered = new();
            Blocked? blocked = null;
            ActorRef<int> actor = system.Spawn(
                () => new Scripted<int>(async (_, n) =>
                {
                    if (n == 0)
                    {
                        entered.SetResult();
                    }

                    await blocked!.Gate.Task;
                    blocked.Seen.Add(n);
                }),
                new ActorOptions { Name = "full", Mailbox = MailboxOptions.Bounded(2, overflow) });
            blocked = new Blocked { Actor = actor };
            actor.Tell(0);
            await entered.Task;
            actor.Tell(1);
            actor.Tell(2);
            return blocked;
        }

        public async Task FinishAsync()
        {
            Gate.SetResult();
            await Actor.StopAsync(StopMode.Drain);
        }
    }
}
