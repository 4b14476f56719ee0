using System.Runtime.InteropServices;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>The one thread that watches all children: takes what they write, sees their ends, ends those that take too long.</summary>
/// <remarks>
/// Order: a child's end is told after all that it wrote was taken.
/// Race: a child is signalled only while its number, or its group's, is its own. What is sent to all misses none, unless its start hangs.
/// Cost: one wake-up for what happens meanwhile; for a child that writes nothing, about seven system calls.
/// </remarks>
internal sealed partial class ChildWatcher : IDisposable
{
    /// <summary>How long a group that was asked to end may take before it is killed.</summary>
    public static readonly TimeSpan Grace = RunControl.Grace;

    // How long killed processes are waited for: what has been killed and is not gone then is the kernel's or init's to finish.
    private static readonly TimeSpan PatienceWithTheKilled = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan PauseWithoutDescriptors = TimeSpan.FromMilliseconds(20);

    // Unit: milliseconds. How often limits and dying groups are looked at, while there are any.
    private const int Tick = 20;

    // What may come after the end of a child: its full pipe. A descendant that goes on writing is not waited for.
    private const int MostAfterEnd = 1 << 20;
    private const int BufferSize = 64 << 10;
    private const int EventsPerRound = 64;

    private const ulong KindOfEnd = 0;
    private const ulong KindOfOutput = 1;
    private const ulong KindOfError = 2;
    private const ulong KindOfWakeUp = 3;

    private readonly TimeProvider _timeProvider;
    private readonly Func<TimeSpan?>? _limit;
    private readonly int _wait;
    private readonly int _wakeUp;
    private readonly Thread _thread;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<Child?> _children = [];
    private readonly Stack<int> _free = new();
    private int _dying;
    private bool _stopped;
    private long _pausedAt;

    // Owned by the thread.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private readonly byte[] _events = new byte[EventsPerRound * 16];

    /// <param name="timeProvider">The clock.</param>
    /// <param name="limit">The longest that a child may take as things stand, asked often; <see langword="null"/> when there is never a limit.</param>
    public ChildWatcher(TimeProvider timeProvider, Func<TimeSpan?>? limit)
    {
        _timeProvider = timeProvider;
        _limit = limit;
        _wait = ChildCalls.CreateWait();
        _wakeUp = ChildCalls.CreateWakeUp();
        if (_wait < 0 || _wakeUp < 0 || !ChildCalls.TryAdd(_wait, _wakeUp, ChildCalls.Readable, KindOfWakeUp))
        {
            throw new RunException(ExitCode.Environment, $"cannot wait for commands: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "overlap children" };
        _thread.UnsafeStart();
    }

    /// <summary>The children that are watched.</summary>
    public int Count
    {
        get
        {
            _gate.Enter();
            int count = _children.Count - _free.Count;
            _gate.Exit();
            return count;
        }
    }

    /// <summary>The processes of the children that are watched.</summary>
    public IEnumerable<int> ProcessIds() => Children().Select(static child => child.ProcessId);

    /// <summary>Watches a child that was started.</summary>
    /// <remarks>While this program has no descriptor left for a handle it waits for one: the child runs, and must not be lost.</remarks>
    public async ValueTask WatchAsync(Child child)
    {
        int handle;
        while ((handle = ChildCalls.OpenProcess(child.ProcessId)) < 0)
        {
            await Task.Delay(PauseWithoutDescriptors, _timeProvider);
        }

        child.Handle = handle;

        // The number of the process tells a late event of a child from those of the next one in its place.
        ulong data = ((ulong)(uint)child.ProcessId << 32) | ((ulong)(uint)child.Place << 2);
        if (child.OutputPipe >= 0)
        {
            _ = ChildCalls.TryAdd(_wait, child.OutputPipe, ChildCalls.Readable, data | KindOfOutput);
            _ = ChildCalls.TryAdd(_wait, child.ErrorPipe, ChildCalls.Readable, data | KindOfError);
        }

        _ = ChildCalls.TryAdd(_wait, handle, ChildCalls.Readable | ChildCalls.Once, data | KindOfEnd);
        if (_limit is not null)
        {
            ChildCalls.WakeUp(_wakeUp);
        }
    }

    /// <summary>Asks a child's group to end, and kills what is left of it after the grace.</summary>
    public void Terminate(Child child, EndCause cause)
    {
        if (child.Terminate(cause, _timeProvider.GetTimestamp()))
        {
            _ = Interlocked.Increment(ref _dying);
            ChildCalls.WakeUp(_wakeUp);
        }
    }

    /// <summary>Ends the thread. No child is watched any more; none should be left.</summary>
    public void Dispose()
    {
        _gate.Enter();
        _stopped = true;
        _gate.Exit();
        ChildCalls.WakeUp(_wakeUp);
        _thread.Join();
        _ = ChildCalls.Close(_wait);
        _ = ChildCalls.Close(_wakeUp);
    }

    private void Add(Child child)
    {
        _gate.Enter();
        if (!_free.TryPop(out int place))
        {
            place = _children.Count;
            _children.Add(null);
        }

        child.Place = place;
        _children[place] = child;
        _gate.Exit();
    }

    private void Run()
    {
        while (true)
        {
            bool hasLimits = HasLimits();
            int count = ChildCalls.Wait(_wait, _events, hasLimits ? Tick : Timeout.Infinite);
            for (int i = 0; i < count; i++)
            {
                Handle(ChildCalls.DataOf(_events, i));
            }

            _gate.Enter();
            bool stopped = _stopped;
            _gate.Exit();
            if (stopped)
            {
                return;
            }

            if (hasLimits)
            {
                LookAtLimits();
            }
        }
    }

    private bool HasLimits()
    {
        if (Volatile.Read(ref _dying) > 0)
        {
            return true;
        }

        return _limit is not null && Count > 0;
    }

    private void Handle(ulong data)
    {
        ulong kind = data & 3;
        if (kind == KindOfWakeUp)
        {
            _ = ChildCalls.Read(_wakeUp, _buffer.AsSpan(0, sizeof(ulong)));
            return;
        }

        int place = (int)((data & uint.MaxValue) >> 2);
        _gate.Enter();
        Child? child = _children[place];
        _gate.Exit();
        if (child is null || child.ProcessId != (int)(data >> 32))
        {
            return;
        }

        if (kind == KindOfEnd)
        {
            Finish(child);
        }
        else
        {
            _ = ReadOnce(child, isError: kind == KindOfError);
        }
    }

    private int ReadOnce(Child child, bool isError)
    {
        int pipe = isError ? child.ErrorPipe : child.OutputPipe;
        if (pipe < 0)
        {
            return 0;
        }

        int count = ChildCalls.Read(pipe, _buffer);
        if (count > 0)
        {
            child.Output!.Add(isError, _buffer.AsSpan(0, count));
            return count;
        }

        if (count == 0)
        {
            ClosePipe(child, isError);
        }

        return 0;
    }

    private void ClosePipe(Child child, bool isError)
    {
        int pipe = isError ? child.ErrorPipe : child.OutputPipe;
        if (pipe < 0)
        {
            return;
        }

        ChildCalls.Remove(_wait, pipe);
        _ = ChildCalls.Close(pipe);
        if (isError)
        {
            child.ErrorPipe = -1;
        }
        else
        {
            child.OutputPipe = -1;
        }
    }

    private void Drain(Child child, bool isError)
    {
        for (int left = MostAfterEnd; left > 0;)
        {
            int count = ReadOnce(child, isError);
            if (count == 0)
            {
                break;
            }

            left -= count;
        }

        ClosePipe(child, isError);
    }

    private void Finish(Child child)
    {
        if (!child.TryReap(static cause => cause != EndCause.None))
        {
            // Seen to have ended a moment before the kernel gives the end out: look again.
            ulong data = ((ulong)(uint)child.ProcessId << 32) | ((ulong)(uint)child.Place << 2) | KindOfEnd;
            ChildCalls.Remove(_wait, child.Handle);
            _ = ChildCalls.TryAdd(_wait, child.Handle, ChildCalls.Readable | ChildCalls.Once, data);
            return;
        }

        // Of a child that was ended by force, the group is waited for: it may be cleaning up, and what it says is still wanted.
        if (child.Cause == EndCause.None || !child.SignalGroup(0))
        {
            Complete(child);
        }
    }

    private void Complete(Child child)
    {
        Drain(child, isError: false);
        Drain(child, isError: true);
        ChildCalls.Remove(_wait, child.Handle);
        _ = ChildCalls.Close(child.Handle);
        _gate.Enter();
        _children[child.Place] = null;
        _free.Push(child.Place);
        _gate.Exit();
        if (child.Cause != EndCause.None)
        {
            _ = Interlocked.Decrement(ref _dying);
        }

        child.Complete();
    }

    private void LookAtLimits()
    {
        TimeSpan? limit = _limit?.Invoke();
        HashSet<int>? living = null;
        foreach (Child child in Children())
        {
            if (child.Cause != EndCause.None)
            {
                LookAtDying(child, ref living);
            }
            else if (limit is { } most && !IsPaused() && _timeProvider.GetElapsedTime(child.LimitedFrom) >= most)
            {
                Terminate(child, EndCause.TimedOut);
            }
        }
    }

    private void LookAtDying(Child child, ref HashSet<int>? living)
    {
        TimeSpan since = _timeProvider.GetElapsedTime(child.EndAskedAt);
        if (since >= Grace)
        {
            _ = child.SignalGroup(ChildCalls.SignalKill);
        }

        // One look at all processes serves all that are dying, and the kernel is asked first: mostly it knows that nobody is left.
        if (child.IsReaped
            && (!child.SignalGroup(0) || since >= Grace + PatienceWithTheKilled || !(living ??= ProcessTable.LivingGroups()).Contains(child.ProcessId)))
        {
            Complete(child);
        }
    }

    private bool IsPaused()
    {
        _gate.Enter();
        bool isPaused = _pausedAt != 0;
        _gate.Exit();
        return isPaused;
    }

    private Child[] Children()
    {
        _gate.Enter();
        try
        {
            return [.. _children.OfType<Child>()];
        }
        finally
        {
            _gate.Exit();
        }
    }
}
