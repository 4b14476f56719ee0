using Overlap.Adaptation;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>What one host can be asked at the same time, how often, and from when. Waiters are let in first come, first served.</summary>
/// <remarks>
/// D5: a request is sent only by the holder of a place, and every place is given back. D6: after <c>Retry-After</c> nobody starts
/// at the host before its time, however many asked earlier.
/// A blocking caller blocks its own thread on its own node: a release wakes it without the runtime's pool.
/// Too many requests halve the limit; each twenty answers that are not raise it by one.
/// </remarks>
internal sealed class HostGate
{
    private const int AnswersPerStep = 20;

    // What was learned about a host is kept a while: its next URL may be far down the list.
    private static readonly TimeSpan KeptLearned = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly HostPace _pace;
    private readonly int _limit;
    private readonly long _interval;
    private readonly long _timerLateness;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Queue<TaskCompletionSource> _waiters = new();
    private int _current;
    private int _goodAnswers;
    private int _answersOfTheSameBurst;
    private int _active;
    private ITimer? _timer;

    /// <param name="limit">The requests in flight at the same time.</param>
    /// <param name="ratePerSecond">The requests started in a second; 0 for no limit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="pace">Shared with the gates of other processes, or <see langword="null"/> for the gate's own.</param>
    /// <param name="isAdaptive">Whether the limit is the most only, and how many there are is found by how the host answers.</param>
    public HostGate(int limit, double ratePerSecond, TimeProvider time, HostPace? pace = null, bool isAdaptive = false)
    {
        Limiter = isAdaptive ? new AdaptiveLimiter(new AdaptiveLimiterOptions { Adaptive = new AdaptiveOptions { Most = limit, TimeProvider = time } }) : null;
        _time = time;
        _pace = pace ?? new HostPace();
        _limit = limit;
        _current = limit;
        _timerLateness = time.TimestampFrequency / 50;
        _interval = ratePerSecond > 0 ? (long)(time.TimestampFrequency / ratePerSecond) : 0;
    }

    /// <summary>Whether forgetting the gate changes nothing.</summary>
    public bool IsIdle
    {
        get
        {
            using Lock.Scope scope = _gate.EnterScope();
            return _active == 0 && _waiters.Count == 0 && _pace.Read() <= _time.GetTimestamp() && _current == _limit
                && (Limiter is null || Limiter.IdleDuration > KeptLearned);
        }
    }

    /// <summary>Whose permit a request needs before it takes its place, when the limit is found by how the host answers; it then hears of every answer.</summary>
    public AdaptiveLimiter? Limiter { get; }

    /// <summary>The requests that may be in flight now.</summary>
    public int CurrentLimit => Volatile.Read(ref _current);

    /// <summary>Takes a place if one is free now.</summary>
    public bool TryEnter()
    {
        using Lock.Scope scope = _gate.EnterScope();
        return _waiters.Count == 0 && TryTakeLocked();
    }

    /// <summary>Waits for a place and takes it.</summary>
    /// <param name="blocking">Whether to block the thread; the task is complete on return then.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    public ValueTask EnterAsync(bool blocking, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        using (_gate.EnterScope())
        {
            if (_waiters.Count == 0 && TryTakeLocked())
            {
                return ValueTask.CompletedTask;
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue(waiter);
            ArmLocked();
        }

        if (blocking)
        {
            using CancellationTokenRegistration registration = Watch(waiter, cancellationToken);
            waiter.Task.GetAwaiter().GetResult();
            return ValueTask.CompletedTask;
        }

        return new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Gives a place back.</summary>
    public void Exit()
    {
        using Lock.Scope scope = _gate.EnterScope();
        _active--;
        LetInLocked();
    }

    /// <summary>Lets nobody start for a time.</summary>
    public void Pause(TimeSpan time)
    {
        using Lock.Scope scope = _gate.EnterScope();
        _pace.PutOff(_time.GetTimestamp() + (long)(time.TotalSeconds * _time.TimestampFrequency));
        ArmLocked();
    }

    /// <summary>Notes whether the host had enough of us.</summary>
    public void NoteAnswer(bool tooMany)
    {
        if (Limiter is not null || (!tooMany && Volatile.Read(ref _current) == _limit))
        {
            return;
        }

        using Lock.Scope scope = _gate.EnterScope();
        if (_answersOfTheSameBurst > 0)
        {
            _answersOfTheSameBurst--;
        }
        else if (tooMany)
        {
            // Those in flight were sent under the old limit: their refusals say nothing about the new one.
            _current = Math.Max(1, _current / 2);
            _goodAnswers = 0;
            _answersOfTheSameBurst = _active - 1;
        }
        else if (_current < _limit && ++_goodAnswers >= AnswersPerStep)
        {
            _goodAnswers = 0;
            _current++;
            LetInLocked();
        }
    }

    private static CancellationTokenRegistration Watch(TaskCompletionSource waiter, CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), waiter);

    private static async Task WaitAsync(TaskCompletionSource waiter, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = Watch(waiter, cancellationToken);
        await waiter.Task;
    }

    private bool TryTakeLocked()
    {
        if (_active >= _current)
        {
            return false;
        }

        long notBefore = _pace.Read();
        if ((notBefore != HostPace.None || _interval > 0) && !TryTakeTurnLocked(notBefore))
        {
            return false;
        }

        _active++;
        return true;
    }

    private bool TryTakeTurnLocked(long notBefore)
    {
        while (true)
        {
            long now = _time.GetTimestamp();
            if (now < notBefore)
            {
                return false;
            }

            // Spaced, not saved up: a pause does not earn a burst. Only a timer's lateness is made good.
            long late = now - notBefore;
            long next = (notBefore != HostPace.None && late < _timerLateness ? notBefore : now) + _interval;
            if (_interval == 0 || _pace.TryAdvance(notBefore, next))
            {
                return true;
            }

            // Another process was first.
            notBefore = _pace.Read();
        }
    }

    private void LetInLocked()
    {
        while (_waiters.TryPeek(out TaskCompletionSource? waiter))
        {
            if (waiter.Task.IsCompleted)
            {
                _waiters.Dequeue();
                continue;
            }

            if (!TryTakeLocked())
            {
                ArmLocked();
                return;
            }

            _waiters.Dequeue();
            if (!waiter.TrySetResult())
            {
                // Cancelled between look and hand-over: the place goes to the next. Its slot of the rate is spent.
                _active--;
            }
        }
    }

    private void ArmLocked()
    {
        if (_waiters.Count == 0 || _active >= _current)
        {
            return;
        }

        long wait = _pace.Read() - _time.GetTimestamp();
        if (wait > 0)
        {
            // Rounded up: a timer that fires early would be armed again and again.
            TimeSpan due = TimeSpan.FromMilliseconds(Math.Ceiling(wait * 1000.0 / _time.TimestampFrequency));
            _timer ??= _time.CreateTimer(static state => ((HostGate)state!).OnTime(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
        else
        {
            LetInLocked();
        }
    }

    private void OnTime()
    {
        using Lock.Scope scope = _gate.EnterScope();
        LetInLocked();
    }
}
