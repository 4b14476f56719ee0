using Overlap.Actors;
using Overlap.Testing;

namespace Overlap.Tests.Actors;

public sealed class ToolTests
{
    [Fact]
    public async Task Become_Set_HandlesFromTheNextMessageOn()
    {
        await using ActorSystem system = new();
        List<string> seen = [];
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>((context, n) =>
        {
            seen.Add($"first {n}");
            context.Become(m =>
            {
                seen.Add($"second {m}");
                context.Unbecome();
                return default;
            });
            return default;
        }));
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(3);
        await actor.StopAsync(StopMode.Drain);
        Assert.Equal(["first 1", "second 2", "first 3"], seen);
    }

    [Fact]
    public async Task Unstash_BeforeTheMailbox_InOrder()
    {
        await using ActorSystem system = new();
        List<int> seen = [];
        bool isOpen = false;
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>((context, n) =>
        {
            if (n == 0)
            {
                isOpen = true;
                context.Unstash();
            }
            else if (isOpen)
            {
                seen.Add(n);
            }
            else
            {
                context.Stash(n, most: 2);
            }

            return default;
        }));
        foreach (int n in new[] { 1, 2, 3, 0, 4 })
        {
            actor.Tell(n);
        }

        await actor.StopAsync(StopMode.Drain);
        Assert.Equal([1, 2, 4], seen);
        Assert.Equal(DeadLetterReason.StashFull, Assert.Single(system.DeadLetters).Reason);
    }

    [Fact]
    public async Task StartTimer_Due_HandlesMessageOnce()
    {
        VirtualTimeProvider clock = new();
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = clock });
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<int> handled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        system.Spawn(() => new Scripted<int>(
            (_, n) =>
            {
                handled.SetResult(n);
                return default;
            },
            start: context =>
            {
                context.StartTimer("t", 5, TimeSpan.FromSeconds(1));
                context.StartTimer("t", 6, TimeSpan.FromSeconds(2));
                started.SetResult();
                return default;
            }));
        await started.Task;
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(6, await handled.Task);
    }

    [Fact]
    public async Task SetReceiveTimeout_NoMessage_TellsSignal()
    {
        VirtualTimeProvider clock = new();
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = clock });
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<Signal> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        system.Spawn(() => new Scripted<int>(
            start: context =>
            {
                context.SetReceiveTimeout(TimeSpan.FromSeconds(1));
                started.SetResult();
                return default;
            },
            signal: (_, signal) =>
            {
                told.SetResult(signal);
                return default;
            }));
        await started.Task;
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new ReceiveTimeout(TimeSpan.FromSeconds(1)), await told.Task);
    }
}
