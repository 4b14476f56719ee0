namespace Overlap.Cli.Jobs.Run.Starts;

/// <summary>A number of places that may change while they are taken and waited for.</summary>
/// <remarks>
/// Order: first come, first served. Race: a place whose taker gives up goes to the next one. Cost: a place that is free is taken without an
/// allocation. More places let those who wait in at once; with fewer, some are given back before the next one is let in. Thread-safe.
/// </remarks>
internal sealed class PlaceQueue
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly WaitingLine _line;
    private int _places;
    private int _taken;

    /// <param name="places">How many there are at first; at least 1.</param>
    public PlaceQueue(int places)
    {
        _line = new WaitingLine(_gate);
        _places = places;
    }

    /// <summary>How many there are; at least 1.</summary>
    public int Places
    {
        get
        {
            _gate.Enter();
            int places = _places;
            _gate.Exit();
            return places;
        }

        set
        {
            _gate.Enter();
            _places = Math.Max(1, value);
            AdmitLocked();
            _gate.Exit();
        }
    }

    /// <summary>Waits for a place and takes it.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no place is taken.</exception>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _gate.Enter();
        bool isFree = _taken < _places && _line.IsEmptyLocked;
        LinkedListNode<TaskCompletionSource>? waiter = null;
        if (isFree)
        {
            _taken++;
        }
        else
        {
            waiter = _line.JoinLocked();
        }

        _gate.Exit();
        return waiter is null ? ValueTask.CompletedTask : _line.WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Gives a place back.</summary>
    /// <returns>How many are taken still, before those who wait are let in.</returns>
    public int Exit()
    {
        _gate.Enter();
        int left = --_taken;
        AdmitLocked();
        _gate.Exit();
        return left;
    }

    /// <summary>Gives a place back, and leaves so many places that a share of those who are in must go before another is let in.</summary>
    /// <param name="share">The share of the other takers that there are places for.</param>
    /// <returns>How many are taken still.</returns>
    public int ExitAndShrink(double share)
    {
        _gate.Enter();
        int left = --_taken;
        _places = Math.Clamp((int)(share * left), 1, _places);
        AdmitLocked();
        _gate.Exit();
        return left;
    }

    private void AdmitLocked()
    {
        while (_taken < _places && !_line.IsEmptyLocked)
        {
            _taken++;
            _line.AdmitFirstLocked();
        }
    }
}
