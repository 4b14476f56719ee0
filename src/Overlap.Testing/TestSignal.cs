using System.Diagnostics;

namespace Overlap.Testing;

/// <summary>Tells a test that code under test has come to a point: counted, never lost, waited for without sleeping.</summary>
/// <remarks>
/// Order: every wait takes one signal, the oldest; waiters are served first come, first served.
/// Race: if a signal meets a cancelled wait, the signal stays for the next one.
/// Memory: what was written before <see cref="Signal"/> is visible after the wait that takes it.
/// Cost: <see cref="Signal"/> never waits and may be called from anywhere.
/// </remarks>
/// <param name="name">What a failed wait calls it.</param>
[DebuggerDisplay("{Name,nq}: {Count}")]
public sealed class TestSignal(string name = "signal")
{
    private readonly TestSignal<ValueTuple> _signals = new(name);

    /// <summary>What a failed wait calls it.</summary>
    public string Name => _signals.Name;

    /// <summary>How often it was given.</summary>
    public int Count => _signals.Count;

    /// <summary>The real time after which a wait fails instead of hanging. Default: 30 s; infinite: only the token ends it.</summary>
    public TimeSpan Patience
    {
        get => _signals.Patience;
        init => _signals = new TestSignal<ValueTuple>(_signals.Name) { Patience = value };
    }

    /// <summary>Gives the signal once.</summary>
    public void Signal() => _signals.Signal(default);

    /// <summary>Takes a signal that must have been given already.</summary>
    /// <exception cref="InvalidOperationException">None is left to take.</exception>
    public void Require() => _signals.Require();

    /// <summary>Checks that no signal is left to take.</summary>
    /// <exception cref="InvalidOperationException">One or more were given and not taken.</exception>
    public void RequireEmpty() => _signals.RequireEmpty();

    /// <summary>Takes the next signal, waiting for it.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a signal.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no signal was taken.</exception>
    /// <exception cref="TimeoutException">No signal came within <see cref="Patience"/>.</exception>
    public Task WaitAsync(CancellationToken cancellationToken = default) => _signals.WaitAsync(cancellationToken);

    /// <summary>Takes the next signal, blocking the thread until it comes.</summary>
    /// <inheritdoc cref="WaitAsync" path="/param|/exception"/>
    public void Wait(CancellationToken cancellationToken = default) => _signals.Wait(cancellationToken);

    /// <summary>Waits until the signal was given so often in all; takes none.</summary>
    /// <param name="count">How often, at least 1.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="TimeoutException">It was given less often within <see cref="Patience"/>.</exception>
    public Task WaitForCountAsync(int count, CancellationToken cancellationToken = default) =>
        _signals.WaitForCountAsync(count, cancellationToken);
}
