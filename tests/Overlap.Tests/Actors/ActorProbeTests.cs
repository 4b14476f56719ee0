using Overlap.Actors;
using Overlap.Testing;
using Overlap.Testing.Actors;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Actors;

public sealed class ActorProbeTests
{
    // snippet
    [Fact]
    public async Task Forwarder_Told_TellsTwiceAsMuchOnce()
    {
        await using ActorSystem system = new();
        ActorProbe<int> probe = new(system);
        ActorRef<int> forwarder = system.Spawn(() => new Forwarder(probe.Ref));

        forwarder.Tell(21);

        await probe.ExpectAsync(42);
        await probe.ExpectNothingAsync();
    }

    private sealed class Forwarder(ActorRef<int> next) : Actor<int>
    {
        protected override ValueTask ReceiveAsync(int message)
        {
            next.Tell(2 * message);
            return default;
        }
    }
    // end snippet

    [Fact]
    public async Task ExpectAsync_OtherMessage_Throws()
    {
        await using ActorSystem system = new();
        ActorProbe<int> probe = new(system, "probe");
        probe.Ref.Tell(1);
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => probe.ExpectAsync(2));
        Assert.Equal("The probe /probe expected 2 and was told 1.", failure.Message);
    }

    [Fact]
    public async Task ExpectAsync_OtherType_Throws()
    {
        await using ActorSystem system = new();
        ActorProbe<object> probe = new(system);
        probe.Ref.Tell("text");
        probe.Ref.Tell(7);
        Assert.Equal("text", await probe.ExpectAsync<string>());
        await Assert.ThrowsAsync<InvalidOperationException>(() => probe.ExpectAsync<string>());
    }

    [Fact]
    public async Task ExpectAsync_NothingComes_LosesPatience()
    {
        await using ActorSystem system = new();
        ActorProbe<int> probe = new(system) { Patience = TimeSpan.FromMilliseconds(1) };
        await Assert.ThrowsAsync<TimeoutException>(() => probe.ExpectAsync());
    }

    [Fact]
    public async Task ExpectAsync_Cancelled_ThrowsAndTakesNothing()
    {
        await using ActorSystem system = new();
        ActorProbe<int> probe = new(system);
        using CancellationTokenSource source = new();
        Task<int> waits = probe.ExpectAsync(source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        probe.Ref.Tell(3);
        await probe.ExpectAsync(3);
    }

    [Fact]
    public async Task ExpectNothingAsync_MessageOnItsWay_Throws()
    {
        await using ActorSystem system = new();
        ActorProbe<int> probe = new(system);
        ActorRef<int> last = system.Spawn(() => new Forwarder(probe.Ref));
        ActorRef<int> middle = system.Spawn(() => new Forwarder(last));
        ActorRef<int> first = system.Spawn(() => new Forwarder(middle));
        first.Tell(1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => probe.ExpectNothingAsync());
    }

    [Fact]
    public async Task ExpectNothingAsync_HandlerHangs_NamesItsActor()
    {
        await using ActorSystem system = new();
        HeldTurn turn = new();
        ActorProbe<int> probe = new(system) { Patience = TimeSpan.FromMilliseconds(1) };
        system.Spawn(() => new Scripted<int>((_, _) => turn.Handler), new ActorOptions { Name = "slow" }).Tell(1);
        await turn.IsAwaited;
        TimeoutException failure = await Assert.ThrowsAsync<TimeoutException>(() => probe.ExpectNothingAsync());
        turn.End();
        Assert.Contains("/slow", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForQuietAsync_ActorStashesAndRestarts_IsQuietInTheEnd()
    {
        await using ActorSystem system = new();
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>((context, n) => n switch
        {
            1 => throw new InvalidOperationException("planned"),
            2 => Stash(context, n),
            _ => default,
        }));
        for (int i = 0; i < 4; i++)
        {
            actor.Tell(i);
        }

        await system.WaitForQuietAsync();
        Assert.Equal((4L, 1L), (actor.GetStatistics().Handled, actor.GetStatistics().Restarts));

        static ValueTask Stash(ActorContext<int> context, int message)
        {
            context.Stash(message);
            return default;
        }
    }

    [Fact]
    public async Task WaitForQuietAsync_ActorHeldByBackoff_IsQuiet()
    {
        VirtualTimeProvider clock = new();
        SupervisionStrategy later = new() { Backoff = RestartBackoff.Exponential(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 0) };
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = clock, Supervision = later });
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>(static (_, n) => n == 0 ? throw new InvalidOperationException("planned") : default));
        actor.Tell(0);
        actor.Tell(1);
        await system.WaitForQuietAsync();
        Assert.Equal((1L, 1), (actor.GetStatistics().Handled, actor.GetStatistics().QueueLength));
        clock.Advance(TimeSpan.FromSeconds(1));
        await system.WaitForQuietAsync();
        Assert.Equal(2, actor.GetStatistics().Handled);
    }

    [Fact]
    public void ExpectAsync_Explored_SeesEachOrderAndLosesNothing()
    {
        HashSet<string> orders = [];
        Explore.Run(
            async explorer =>
            {
                await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = new VirtualTimeProvider() });
                ActorProbe<int> probe = new(system);
                ActorRef<int> one = system.Spawn(() => new Scripted<int>((_, n) => Told(probe, n)));
                ActorRef<int> two = system.Spawn(() => new Scripted<int>((_, n) => Told(probe, n)));
                one.Tell(1);
                two.Tell(2);
                int first = await probe.ExpectAsync();
                int second = await probe.ExpectAsync();
                await probe.ExpectNothingAsync();
                orders.Add($"{first}{second}");
            },
            new ExplorationOptions { Schedules = 300 }).ThrowIfFailed();
        Assert.Equal(["12", "21"], orders.Order());

        static ValueTask Told(ActorProbe<int> probe, int n)
        {
            probe.Ref.Tell(n);
            return default;
        }
    }
}
