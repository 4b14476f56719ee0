using Overlap.Actors;
using Overlap.Testing;
using Overlap.Testing.Actors;

namespace Overlap.Tests.Actors;

/// <summary>What users do to actors; each ends as the documentation says.</summary>
public sealed class HardshipTests
{
    [Theory]
    [InlineData(null, MailboxOverflow.Wait)]
    [InlineData(64, MailboxOverflow.DropNewest)]
    [InlineData(64, MailboxOverflow.DropOldest)]
    public async Task Tell_MillionMessagesAndChildRestarts_LosesTheFailedOnly(int? capacity, MailboxOverflow overflow)
    {
        const int Producers = 2;
        const int Each = 500_000;
        const int FailsEvery = 1_000;
        await using ActorSystem system = new(new ActorSystemOptions { Supervision = new SupervisionStrategy { MaxRestarts = int.MaxValue } });
        long done = 0;
        TaskCompletionSource<ActorRef<int>> spawned = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MailboxOptions mailbox = new() { Capacity = capacity, Overflow = overflow };
        system.Spawn(() => new Scripted<int>(start: context =>
        {
            spawned.SetResult(context.Spawn(
                () => new Scripted<int>((_, n) =>
                {
                    if (n % FailsEvery == 0)
                    {
                        throw new InvalidOperationException("planned");
                    }

                    done++;
                    return default;
                }),
                new ActorOptions { Mailbox = mailbox }));
            return default;
        }));
        ActorRef<int> child = await spawned.Task;
        long dropped = 0;
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                if (child.Tell(i) != TellResult.Accepted)
                {
                    Interlocked.Increment(ref dropped);
                }
            }
        })));
        await system.WaitForQuietAsync();
        ActorStatistics statistics = child.GetStatistics();
        long dead = system.GetStatistics().DeadLetters;
        Assert.Equal(Producers * Each, statistics.Handled + dead);
        Assert.Equal(statistics.Handled, done + statistics.Failed);
        Assert.Equal(statistics.Failed, statistics.Restarts);
        Assert.Equal(overflow == MailboxOverflow.DropNewest ? dead : 0, dropped);
        if (capacity is null)
        {
            Assert.Equal((0, Producers * (Each / FailsEvery)), (dead, statistics.Failed));
        }
    }

    [Fact]
    public async Task StopAsync_HandlerNeverReturns_GivesUpWithItsToken()
    {
        await using ActorSystem system = new();
        HeldTurn turn = new();
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>((_, _) => turn.Handler));
        actor.Tell(1);
        await turn.IsAwaited;
        using CancellationTokenSource source = new();
        Task stops = actor.StopAsync(cancellationToken: source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stops);
        Assert.False(actor.IsStopped);
        turn.End();
        await actor.WaitForStopAsync();
    }

    [Fact]
    public async Task AskAsync_HandlerHoldsItsThread_SaysAtLeastForHowLong()
    {
        VirtualTimeProvider clock = new();
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = clock });
        using ManualResetEventSlim gate = new();
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorRef<Question> actor = system.Spawn(
            () => new Scripted<Question>((_, _) =>
            {
                entered.SetResult();
                gate.Wait();
                return default;
            }),
            new ActorOptions { Name = "stuck" });
        actor.Tell(new Question(0, default));
        await entered.Task;
        Task<int> ask = actor.AskAsync<int>(static reply => new Question(1, reply)).AsTask();
        clock.Advance(TimeSpan.FromSeconds(5));
        AskTimeoutException late = await Assert.ThrowsAsync<AskTimeoutException>(() => ask);
        actor.Stop();
        gate.Set();
        Assert.Contains("/stuck", late.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(5), late.HandlingFor);
    }

    [Fact]
    public async Task Tell_ActorsTellThemselvesForEver_OthersStillRun()
    {
        await using ActorSystem system = new();
        for (int i = 0; i < (2 * Environment.ProcessorCount) + 2; i++)
        {
            system.Spawn(() => new Scripted<int>(static (context, n) =>
            {
                context.Self.Tell(n);
                return default;
            })).Tell(1);
        }

        ActorRef<Question> other = system.Spawn(() => new Scripted<Question>((_, question) =>
        {
            question.Reply.Send(question.Number);
            return default;
        }));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(i, await other.AskAsync<int>(reply => new Question(i, reply), TimeSpan.FromSeconds(30)));
        }
    }

    [Fact]
    public async Task Stop_OfItsParent_EndsBoth()
    {
        await using ActorSystem system = new();
        (ActorRef<int> parent, ActorRef<int> child) = await SpawnFamilyAsync(system, static (parent, _) =>
        {
            parent.Stop();
            return default;
        });
        child.Tell(1);
        await parent.WaitForStopAsync();
        Assert.True(child.IsStopped);
        Assert.Equal(1, child.GetStatistics().Handled);
    }

    [Fact]
    public async Task StopAsync_OfItsParent_ThrowsInsteadOfWaitingForEver()
    {
        await using ActorSystem system = new();
        TaskCompletionSource<Exception?> thrown = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (_, ActorRef<int> child) = await SpawnFamilyAsync(
            system, async (parent, _) => thrown.SetResult(await Record.ExceptionAsync(() => parent.StopAsync())));
        child.Tell(1);
        Assert.IsType<InvalidOperationException>(await thrown.Task);
    }

    [Fact]
    public async Task StartTimer_FiresWhileItsActorIsHeld_IsToldAfterResume()
    {
        VirtualTimeProvider clock = new();
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = clock });
        HeldFamily family = await HeldFamily.SpawnAsync(system, static context => context.StartTimer("t", 7, TimeSpan.FromSeconds(1)));
        clock.Advance(TimeSpan.FromSeconds(1));
        family.DecideNow();
        Assert.Equal(7, await family.Told.Task);
    }

    [Fact]
    public async Task Watch_OtherEndsWhileTheWatcherIsHeld_IsToldAfterResume()
    {
        await using ActorSystem system = new();
        ActorRef<int> other = system.Spawn(() => new Scripted<int>());
        HeldFamily family = await HeldFamily.SpawnAsync(system, context => context.Watch(other));
        await other.StopAsync();
        family.DecideNow();
        Assert.Equal(new Terminated(other), await family.Told.Task);
    }

    private static async Task<(ActorRef<int> Parent, ActorRef<int> Child)> SpawnFamilyAsync(
        ActorSystem system, Func<ActorRef<int>, int, ValueTask> receive)
    {
        TaskCompletionSource<ActorRef<int>> spawned = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorRef<int> parent = system.Spawn(() => new Scripted<int>(start: context =>
        {
            spawned.SetResult(context.Spawn(() => new Scripted<int>((_, n) => receive(context.Self, n))));
            return default;
        }));
        return (parent, await spawned.Task);
    }

    /// <summary>An actor that has failed and is held, since its parent is at work; it will be resumed.</summary>
    private sealed class HeldFamily
    {
        private readonly HeldTurn _turn = new();

        public TaskCompletionSource<object> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static async Task<HeldFamily> SpawnAsync(ActorSystem system, Action<ActorContext<int>> begin)
        {
            HeldFamily family = new();
            TaskCompletionSource<ActorRef<int>> spawned = new(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource failing = new(TaskCreationOptions.RunContinuationsAsynchronously);
            ActorRef<int> parent = system.Spawn(
                () => new Scripted<int>(
                    (_, _) => family._turn.Handler,
                    context =>
                    {
                        spawned.SetResult(context.Spawn(() => new Scripted<int>(
                            (_, n) =>
                            {
                                if (n != 0)
                                {
                                    family.Told.SetResult(n);
                                    return default;
                                }

                                failing.SetResult();
                                throw new InvalidOperationException("planned");
                            },
                            child =>
                            {
                                begin(child);
                                return default;
                            },
                            signal: (_, signal) =>
                            {
                                family.Told.SetResult(signal);
                                return default;
                            })));
                        return default;
                    }),
                new ActorOptions { Supervision = new SupervisionStrategy { Decide = static _ => SupervisionDirective.Resume } });
            ActorRef<int> child = await spawned.Task;
            parent.Tell(1);
            await family._turn.IsAwaited;
            child.Tell(0);
            await failing.Task;
            return family;
        }

        public void DecideNow() => _turn.End();
    }
}
