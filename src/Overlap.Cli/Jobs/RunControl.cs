namespace Overlap.Cli.Jobs;

/// <summary>Stops a run from outside: gently (no new items, what runs may end) or at once (what runs is cancelled too).</summary>
/// <remarks>The first reason wins; a later call can only make the stop harder. Thread-safe.</remarks>
internal sealed class RunControl : IDisposable
{
    /// <summary>How long running items may take to end after the first Ctrl-C before they are cancelled.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _timeProvider;
    private readonly CancellationTokenSource _starting = new();
    private readonly CancellationTokenSource _running = new();
    private readonly List<ITimer> _timers = [];
    private int _reason;

    public RunControl(TimeProvider timeProvider) => _timeProvider = timeProvider;

    /// <summary>Why the run stops; <see cref="StopReason.None"/> as long as it does not.</summary>
    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);

    /// <summary>Cancelled when no new item may start.</summary>
    public CancellationToken Starting => _starting.Token;

    /// <summary>Cancelled when running items must give up.</summary>
    public CancellationToken Running => _running.Token;

    /// <summary>Starts nothing more.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="grace">When given, what still runs then is cancelled.</param>
    public void Drain(StopReason reason, TimeSpan? grace = null)
    {
        Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None);
        _starting.Cancel();
        if (grace is { } time)
        {
            After(time, () => _running.Cancel());
        }
    }

    /// <summary>Starts nothing more and cancels what runs.</summary>
    public void Stop(StopReason reason)
    {
        Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None);
        _starting.Cancel();
        _running.Cancel();
    }

    /// <summary>Stops everything when the time has passed.</summary>
    public void StopAfter(TimeSpan deadline) => After(deadline, () => Stop(StopReason.Deadline));

    public void Dispose()
    {
        lock (_timers)
        {
            foreach (ITimer timer in _timers)
            {
                timer.Dispose();
            }
        }

        // The sources are left to the collector: a timer that fires at this moment may still cancel them.
    }

    private void After(TimeSpan time, Action action)
    {
        lock (_timers)
        {
            _timers.Add(_timeProvider.CreateTimer(static state => ((Action)state!)(), action, time, Timeout.InfiniteTimeSpan));
        }
    }
}
