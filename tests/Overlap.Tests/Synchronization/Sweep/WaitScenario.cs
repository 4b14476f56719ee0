namespace Overlap.Tests.Synchronization.Sweep;

/// <summary>One asynchronous method, and an object that is made so that the method has to wait.</summary>
/// <param name="call">Calls the method; keeps what it was given.</param>
/// <param name="unblock">Lets one waiting call end, or the next call end at once.</param>
/// <param name="state">What can be seen of the object from outside.</param>
/// <param name="giveBack">Gives back what a call that ended was given.</param>
/// <param name="dispose">Ends the object, where it has threads of its own.</param>
internal sealed class WaitScenario(Func<CancellationToken, Task> call, Action unblock, Func<string> state, Action? giveBack = null, Func<ValueTask>? dispose = null)
    : IAsyncDisposable
{
    /// <summary>Whether a waiting call has its end when <see cref="Unblock"/> returns; otherwise that end is on its way and a cancellation may overtake it.</summary>
    public bool IsEndedByUnblocking { get; init; } = true;

    /// <summary>Whether a call whose way is free ends without waiting. Not so where the method hands work to others.</summary>
    public bool EndsAtOnce { get; init; } = true;

    /// <summary>Whether the object remembers that the way was freed when nobody waited.</summary>
    public bool IsUnblockingKept { get; init; } = true;

    /// <summary>The state after a cancellation, where that is not to be as if nobody had called: the participants of a barrier wait for each other.</summary>
    public string? BrokenState { get; init; }

    public Task CallAsync(CancellationToken cancellationToken = default) => call(cancellationToken);

    public void Unblock() => unblock();

    public string State() => state();

    public void GiveBack() => giveBack?.Invoke();

    public ValueTask DisposeAsync() => dispose?.Invoke() ?? default;
}
