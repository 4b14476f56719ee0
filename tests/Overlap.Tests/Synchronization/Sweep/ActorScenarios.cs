using Overlap.Actors;

namespace Overlap.Tests.Synchronization.Sweep;

/// <summary>The waits of actors: for room, for a reply, for an end.</summary>
internal static class ActorScenarios
{
    public static IReadOnlyDictionary<string, Func<WaitScenario>> All { get; } = new Dictionary<string, Func<WaitScenario>>
    {
        ["ActorRef.TellAsync(TMessage, CancellationToken)"] = Tell,
        ["ActorRef.AskAsync(Func<ReplyTo<TReply>, TMessage>, TimeSpan?, CancellationToken)"] = Ask,
        ["ActorRef.StopAsync(StopMode, CancellationToken)"] = () => End(static (actor, token) => actor.StopAsync(StopMode.Now, token)),
        ["ActorRef.WaitForStopAsync(CancellationToken)"] = () => End(static (actor, token) =>
        {
            actor.Stop();
            return actor.WaitForStopAsync(token);
        }),
        ["ActorSystem.StopAsync(StopMode, CancellationToken)"] = () => End(static (actor, token) => actor.System.StopAsync(StopMode.Now, token)),
    };

    // An actor that has not started holds its messages, so that its mailbox is full at once.
    private static WaitScenario Tell()
    {
        TaskCompletionSource start = new();
        ActorSystem system = new();
        ActorRef<int> actor = system.Spawn(() => new Starting(start.Task), new ActorOptions { Mailbox = MailboxOptions.Bounded(1) });
        actor.Tell(1);
        return new WaitScenario(
            token => actor.TellAsync(2, token).AsTask(),
            () => start.TrySetResult(),
            () => $"{actor.GetStatistics().WaitingForRoom} wait, {system.GetStatistics().DeadLetters} dead letters",
            dispose: async () =>
            {
                start.TrySetResult();
                await system.DisposeAsync();
            })
        { IsEndedByUnblocking = false, EndsAtOnce = false };
    }

    private static WaitScenario Ask()
    {
        ActorSystem system = new();
        ActorRef<ReplyTo<int>> actor = system.Spawn(static () => new Silent());
        ReplyTo<int> handle = default;
        return new WaitScenario(
            token => actor.AskAsync<int>(
                reply =>
                {
                    handle = reply;
                    return reply;
                },
                cancellationToken: token).AsTask(),
            () => handle.Send(1),
            () => $"{system.GetStatistics().PendingAsks} pending",
            dispose: system.DisposeAsync)
        { IsUnblockingKept = false };
    }

    // The actor stops also when nobody waits for that any more, so there is no state that a wait could spoil.
    private static WaitScenario End(Func<Scope, CancellationToken, Task> wait)
    {
        TaskCompletionSource start = new();
        ActorSystem system = new();
        Scope scope = new(system, system.Spawn(() => new Starting(start.Task)));
        return new WaitScenario(
            token => wait(scope, token),
            () => start.TrySetResult(),
            static () => "stops in any case",
            dispose: async () =>
            {
                start.TrySetResult();
                await system.DisposeAsync();
            })
        { IsEndedByUnblocking = false, EndsAtOnce = false };
    }

    private sealed record Scope(ActorSystem System, ActorRef<int> Actor)
    {
        public void Stop() => Actor.Stop();

        public Task StopAsync(StopMode mode, CancellationToken cancellationToken) => Actor.StopAsync(mode, cancellationToken);

        public Task WaitForStopAsync(CancellationToken cancellationToken) => Actor.WaitForStopAsync(cancellationToken);
    }

    private sealed class Starting(Task start) : Actor<int>
    {
        protected override async ValueTask OnStartAsync() => await start;

        protected override ValueTask ReceiveAsync(int message) => default;
    }

    private sealed class Silent : Actor<ReplyTo<int>>
    {
        protected override ValueTask ReceiveAsync(ReplyTo<int> message) => default;
    }
}
