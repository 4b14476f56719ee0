using Overlap.Adaptation;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Jobs.Run.Starts;

/// <summary>Lets commands start: so many at a time, and not before the machine can take another.</summary>
/// <remarks>
/// Order: first come, first served. Race: a place whose taker gives up goes to the next one. Thread-safe.
/// Changing the number of places while commands run starts more at once, or lets some end before the next one starts.
/// With a limiter, places are its permits until somebody names a number.
/// </remarks>
internal sealed class StartGate : IDisposable
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestBetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QuietUntil = TimeSpan.FromSeconds(5);

    private readonly StartConditions _conditions;
    private readonly MachineState _machine;
    private readonly TimeProvider _timeProvider;
    private readonly Action<string> _say;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly WaitingLine _line;
    private readonly Stack<AdaptiveLease> _leases = new();
    private AdaptiveLimiter? _limiter;
    private bool _isAsking;

    // A permit whose waiter had given up when it came.
    private AdaptiveLease? _spare;
    private int _places;
    private int _taken;
    private long _nextStart;
    private bool _hasSaid;

    /// <param name="places">Commands at a time.</param>
    /// <param name="limiter">Finds how many in place of <paramref name="places"/>, and is the gate's from here on; <see langword="null"/> for a fixed number.</param>
    /// <param name="conditions">What else must hold.</param>
    /// <param name="machine">Tells how the machine is.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="say">Told, once, why nothing starts for a while.</param>
    public StartGate(int places, AdaptiveLimiter? limiter, StartConditions conditions, MachineState machine, TimeProvider timeProvider, Action<string> say)
    {
        _line = new WaitingLine(_gate);
        _places = places;
        _limiter = limiter;
        _conditions = conditions;
        _machine = machine;
        _timeProvider = timeProvider;
        _say = say;
        _nextStart = timeProvider.GetTimestamp();
    }

    /// <summary>Commands at a time; at least 1. Once set, the number is fixed.</summary>
    public int Places
    {
        get
        {
            _gate.Enter();
            AdaptiveLimiter? limiter = _limiter;
            int places = _places;
            _gate.Exit();
            return limiter?.GetStatus().Limit ?? places;
        }

        set
        {
            _gate.Enter();
            AdaptiveLimiter? limiter = _limiter;
            _limiter = null;
            _leases.Clear();
            (_spare, _isAsking) = (null, false);
            _places = Math.Max(1, value);
            AdmitLocked();
            _gate.Exit();

            // What asks it for permits ends with it.
            limiter?.Dispose();
        }
    }

    /// <summary>How the number of places was found; <see langword="null"/> when it is fixed.</summary>
    public LimitStatus? Adaptation
    {
        get
        {
            _gate.Enter();
            AdaptiveLimiter? limiter = _limiter;
            _gate.Exit();
            return limiter?.GetStatus();
        }
    }

    /// <summary>Waits for a place and takes it.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no place is taken.</exception>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _gate.Enter();
        bool isFree = _line.IsEmptyLocked && TryTakeLocked();
        AdaptiveLimiter? toAsk = null;
        LinkedListNode<TaskCompletionSource>? waiter = null;
        if (!isFree)
        {
            waiter = _line.JoinLocked();
            toAsk = _isAsking ? null : _limiter;
            _isAsking = _limiter is not null;
        }

        _gate.Exit();
        if (toAsk is not null)
        {
            // Ends by itself when nobody waits any more, or the limiter is gone.
            _ = AskAsync(toAsk);
        }

        return isFree && !_conditions.HasAny ? ValueTask.CompletedTask : EnterSlowlyAsync(waiter, cancellationToken);
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="hasFailed">Whether the command failed: when more do under more places, there will be fewer.</param>
    public void Exit(bool hasFailed = false)
    {
        _gate.Enter();
        _taken--;
        _ = _leases.TryPop(out AdaptiveLease? lease);
        AdmitLocked();
        _gate.Exit();
        if (hasFailed)
        {
            lease?.ReportFailure();
        }

        lease?.Dispose();
    }

    /// <summary>Ends the search for the number of places.</summary>
    public void Dispose()
    {
        _gate.Enter();
        AdaptiveLimiter? limiter = _limiter;
        _gate.Exit();
        limiter?.Dispose();
    }

    private bool TryTakeLocked()
    {
        if (_limiter is null ? _taken >= _places : _spare is null)
        {
            return false;
        }

        if (_spare is not null)
        {
            _leases.Push(_spare);
            _spare = null;
        }

        _taken++;
        return true;
    }

    // One permit is asked for at a time: who waits stands in this gate's own line, and stays there when the limiter goes.
    private async Task AskAsync(AdaptiveLimiter limiter)
    {
        bool goesOn = true;
        while (goesOn && await TryGetAsync(limiter) is { } lease)
        {
            _gate.Enter();
            if (_limiter == limiter)
            {
                _spare = lease;
                AdmitLocked();
                _isAsking = goesOn = !_line.IsEmptyLocked;
            }

            _gate.Exit();
        }
    }

    private static async ValueTask<AdaptiveLease?> TryGetAsync(AdaptiveLimiter limiter)
    {
        try
        {
            AdaptiveLease lease = await limiter.EnterAsync();
            return lease.IsAcquired ? lease : null;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private async ValueTask EnterSlowlyAsync(LinkedListNode<TaskCompletionSource>? waiter, CancellationToken cancellationToken)
    {
        if (waiter is not null)
        {
            await _line.WaitAsync(waiter, cancellationToken);
        }

        try
        {
            await WaitForMachineAsync(cancellationToken);
            await WaitForTurnAsync(cancellationToken);
        }
        catch
        {
            Exit();
            throw;
        }
    }

    private void AdmitLocked()
    {
        while (!_line.IsEmptyLocked && TryTakeLocked())
        {
            _line.AdmitFirstLocked();
        }
    }

    private async ValueTask WaitForTurnAsync(CancellationToken cancellationToken)
    {
        TimeSpan between = _conditions.Rate is { } rate && TimeSpan.FromSeconds(1 / rate.PerSecond) > _conditions.Delay
            ? TimeSpan.FromSeconds(1 / rate.PerSecond)
            : _conditions.Delay;
        if (between == TimeSpan.Zero)
        {
            return;
        }

        // Each takes its time of start at once, so that two who wait do not start together.
        _gate.Enter();
        long now = _timeProvider.GetTimestamp();
        long mine = Math.Max(now, _nextStart);
        _nextStart = mine + (long)(between.TotalSeconds * _timeProvider.TimestampFrequency);
        _gate.Exit();
        TimeSpan left = _timeProvider.GetElapsedTime(now, mine);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, _timeProvider, cancellationToken);
        }
    }

    private async ValueTask WaitForMachineAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = FirstLook;
        long from = _timeProvider.GetTimestamp();
        while (Hindrance() is { } hindrance)
        {
            if (_timeProvider.GetElapsedTime(from) >= QuietUntil)
            {
                SayOnce(hindrance);
            }

            await Task.Delay(pause, _timeProvider, cancellationToken);
            pause = 2 * pause < LongestBetweenLooks ? 2 * pause : LongestBetweenLooks;
        }
    }

    private string? Hindrance()
    {
        if (_conditions.Load is { } load && _machine.RunningThreads() is { } running && running >= load.Threads)
        {
            return $"{running} threads run or want to, and --load allows {load.Threads:0.#}";
        }

        return _conditions.FreeMemory is { } least && _machine.AvailableMemory() is { } available && available < least
            ? $"{Text.Bytes(available)} of memory are free, and --memfree wants {Text.Bytes(least)}"
            : null;
    }

    private void SayOnce(string hindrance)
    {
        _gate.Enter();
        bool isFirst = !_hasSaid;
        _hasSaid = true;
        _gate.Exit();
        if (isFirst)
        {
            _say($"waiting: {hindrance}");
        }
    }
}
