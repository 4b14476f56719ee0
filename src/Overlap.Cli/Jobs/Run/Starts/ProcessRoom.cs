namespace Overlap.Cli.Jobs.Run.Starts;

/// <summary>How many commands the system has room for: found out when it refuses to start one more.</summary>
/// <remarks>
/// A refusal (<c>EAGAIN</c>, <c>ENOMEM</c>, <c>EMFILE</c>, <c>ENFILE</c>) says that everything there was is taken, and that includes what this
/// program itself needs to go on, such as a thread. So a quarter of what ran then is given up, and comes back one by one as commands end.
/// Order: first come, first served. Thread-safe.
/// </remarks>
/// <param name="most">The most commands that are tried.</param>
internal sealed class ProcessRoom(int most)
{
    private const double ShareKept = 0.75;

    // So many commands must end without a refusal before one more is tried.
    private const int EndsPerStep = 10;

    private readonly PlaceQueue _places = new(most);
    private int _endsSinceStep;
    private volatile bool _isShrunk;

    /// <summary>Waits until a command may be tried, and counts it as running.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; nothing is counted.</exception>
    public ValueTask EnterAsync(CancellationToken cancellationToken) => _places.EnterAsync(cancellationToken);

    /// <summary>Tells that a command has ended, or was not even tried.</summary>
    public void Exit()
    {
        _ = _places.Exit();
        if (_isShrunk && Interlocked.Increment(ref _endsSinceStep) % EndsPerStep == 0)
        {
            int places = Math.Min(most, _places.Places + 1);
            _places.Places = places;
            _isShrunk = places < most;
        }
    }

    /// <summary>Tells that the system refused to start a command that had been counted.</summary>
    /// <returns>Whether others run whose end makes room; otherwise somebody else has taken it all.</returns>
    public bool Refuse()
    {
        _isShrunk = true;
        _ = Interlocked.Exchange(ref _endsSinceStep, 0);
        return _places.ExitAndShrink(ShareKept) > 0;
    }
}
