using Overlap.Cli.Rendering;

namespace Overlap.Cli.Jobs.Run.Starts;

/// <summary>Lets commands start: so many at a time, and not before the machine can take another.</summary>
/// <remarks>
/// Order: first come, first served. Race: a place whose taker gives up goes to the next one. Thread-safe.
/// Changing the number of places while commands run starts more at once, or lets some end before the next one starts.
/// </remarks>
internal sealed class StartGate
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
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private int _places;
    private int _taken;
    private long _nextStart;
    private bool _hasSaid;

    /// <param name="places">Commands at a time.</param>
    /// <param name="conditions">What else must hold.</param>
    /// <param name="machine">Tells how the machine is.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="say">Told, once, why nothing starts for a while.</param>
    public StartGate(int places, StartConditions conditions, MachineState machine, TimeProvider timeProvider, Action<string> say)
    {
        _places = places;
        _conditions = conditions;
        _machine = machine;
        _timeProvider = timeProvider;
        _say = say;
        _nextStart = timeProvider.GetTimestamp();
    }

    /// <summary>Commands at a time; at least 1.</summary>
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
        bool isFree = _taken < _places && _waiting.Count == 0;
        LinkedListNode<TaskCompletionSource>? node = null;
        if (isFree)
        {
            _taken++;
        }
        else
        {
            node = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        _gate.Exit();
        return isFree && !_conditions.HasAny ? ValueTask.CompletedTask : EnterSlowlyAsync(node, cancellationToken);
    }

    /// <summary>Gives a place back.</summary>
    public void Exit()
    {
        _gate.Enter();
        _taken--;
        AdmitLocked();
        _gate.Exit();
    }

    private async ValueTask EnterSlowlyAsync(LinkedListNode<TaskCompletionSource>? node, CancellationToken cancellationToken)
    {
        if (node is not null)
        {
            await using (cancellationToken.UnsafeRegister(state => GiveUp((LinkedListNode<TaskCompletionSource>)state!), node))
            {
                await node.Value.Task;
            }
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

    private void GiveUp(LinkedListNode<TaskCompletionSource> node)
    {
        _gate.Enter();
        bool isWaiting = node.List is not null;
        if (isWaiting)
        {
            _waiting.Remove(node);
        }

        _gate.Exit();
        if (isWaiting)
        {
            node.Value.SetCanceled();
        }
    }

    private void AdmitLocked()
    {
        while (_taken < _places && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _taken++;
            first.Value.SetResult();
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
