using Overlap.Adaptation;
using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>How many calls of an executor may run now: a number that somebody sets, or one that adapts itself.</summary>
/// <remarks>Not thread-safe: the executor's gate guards it. A fixed number costs one comparison a call.</remarks>
internal sealed class WorkerQuota : IDisposable
{
    private readonly AdaptiveOptions? _adaptive;
    private readonly LimitKeeper? _keeper;
    private readonly ITimer? _timer;
    private int _limit;
    private bool _isArmed;

    /// <param name="maxWorkers">The most, when the number does not adapt itself.</param>
    /// <param name="adaptive">How it adapts itself; <see langword="null"/> when it does not.</param>
    /// <param name="mostByDefault">The most, when it does and its settings do not say.</param>
    /// <param name="recorder">Takes down each change; may be <see langword="null"/>.</param>
    /// <param name="onTime">Called when calls that waited for a time may start; not under the gate.</param>
    public WorkerQuota(int maxWorkers, AdaptiveOptions? adaptive, int mostByDefault, TimelineRecorder? recorder, Action onTime)
    {
        _adaptive = adaptive;
        Most = maxWorkers;
        _limit = maxWorkers;
        if (adaptive is not null)
        {
            LimitBounds bounds = LimitBounds.Of(adaptive, mostByDefault);
            Most = bounds.Most;
            _keeper = new LimitKeeper(bounds, adaptive.TimeProvider, MachineReader.Read, recorder is null ? null : recorder.NoteLimit);
            _timer = adaptive.TimeProvider.CreateTimer(static state => ((Action)state!)(), onTime, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The most workers that there can ever be.</summary>
    public int Most { get; }

    /// <summary>The calls that may run now.</summary>
    public int Limit => _keeper?.Limit ?? _limit;

    public LimitStatus? Status => _keeper?.Status;

    /// <summary>Sets the number.</summary>
    /// <exception cref="InvalidOperationException">The number adapts itself.</exception>
    public void Set(int limit)
    {
        if (_keeper is not null)
        {
            throw new InvalidOperationException("The number of workers adapts itself: WorkerLimit can only be read.");
        }

        if (limit < 1 || limit > Most)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"WorkerLimit must be at least 1 and at most MaxWorkers, which is {Most}.");
        }

        _limit = limit;
    }

    /// <summary>Whether a call may start while so many run.</summary>
    public bool MayStart(int running) => _keeper?.MayStart ?? running < _limit;

    /// <summary>Notes that a call starts.</summary>
    public void Start() => _keeper?.Start();

    /// <summary>Notes that the worker's call has ended.</summary>
    public void End(WorkerContext worker)
    {
        if (_keeper is not null)
        {
            CallEnding ending = worker.TakeRefused() ? CallEnding.Refused : worker.Counts.Last switch
            {
                SpanStatus.Succeeded => CallEnding.Succeeded,
                SpanStatus.Failed => CallEnding.Failed,
                _ => CallEnding.Canceled,
            };
            _keeper.End(ending);
        }
    }

    /// <summary>Whether an exception means that the other side has had enough. Not under the gate: it asks the user's code.</summary>
    public bool IsRefusal(Exception exception)
    {
        try
        {
            return _adaptive?.IsOverload(exception) == true;
        }
        catch (Exception)
        {
            // A question that fails has no answer; the call has its own failure to tell.
            return false;
        }
    }

    /// <summary>Notes that the other side refuses a call that runs.</summary>
    public void Refuse(TimeSpan? retryAfter) => _keeper?.Refuse(retryAfter);

    /// <summary>Notes how many calls wait, and sees to it that time wakes them if nothing else will.</summary>
    public void Wait(int waiting)
    {
        if (_keeper is null)
        {
            return;
        }

        _keeper.Wait(waiting > 0);
        if (waiting > 0 && !_isArmed && _keeper.WakeAfter is { } wait)
        {
            _isArmed = true;
            _ = _timer!.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Notes that the time has come for which the timer was set.</summary>
    public void OnTime() => _isArmed = false;

    public void Dispose() => _timer?.Dispose();
}
