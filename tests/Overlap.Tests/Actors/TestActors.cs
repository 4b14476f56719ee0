using Overlap.Actors;

namespace Overlap.Tests.Actors;

/// <summary>An actor made of functions.</summary>
internal sealed class Scripted<T>(
    Func<ActorContext<T>, T, ValueTask>? receive = null,
    Func<ActorContext<T>, ValueTask>? start = null,
    Func<ActorContext<T>, StopReason, ValueTask>? stop = null,
    Func<ActorContext<T>, Signal, ValueTask>? signal = null) : Actor<T>
{
    protected override ValueTask ReceiveAsync(T message) => receive?.Invoke(Context, message) ?? default;

    protected override ValueTask OnStartAsync() => start?.Invoke(Context) ?? default;

    protected override ValueTask OnStopAsync(StopReason reason) => stop?.Invoke(Context, reason) ?? default;

    protected override ValueTask OnSignalAsync(Signal signal1) => signal?.Invoke(Context, signal1) ?? default;
}

/// <summary>A question with a number.</summary>
internal readonly record struct Question(int Number, ReplyTo<int> Reply);
