namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>A child process, the leader of a group of its own, from its start to its end.</summary>
internal sealed class Child
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<ChildEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate: once the leader is reaped, its number is its group's alone, and only while somebody is in the group.
    private bool _isGone;
    private EndCause _cause;

    private long _forgiven;

    /// <param name="processId">The process, which is its group's number too.</param>
    /// <param name="cookie">What is in the environment of everything that it starts.</param>
    /// <param name="output">Takes what it writes; <see langword="null"/> when that does not come this way.</param>
    public Child(int processId, ChildCookie cookie, IChildOutput? output)
    {
        ProcessId = processId;
        Cookie = cookie;
        Output = output;
    }

    public int ProcessId { get; }

    public ChildCookie Cookie { get; }

    public IChildOutput? Output { get; }

    /// <summary>Ends when the process has ended, all that it wrote has been taken, and, if it was ended by force, its group is gone.</summary>
    public Task<ChildEnd> End => _end.Task;

    /// <summary>When it was started: a timestamp.</summary>
    public required long StartedAt { get; init; }

    /// <summary>From when its time limit counts: its start, and later when it was stopped meanwhile.</summary>
    public long LimitedFrom => StartedAt + Interlocked.Read(ref _forgiven);

    // Owned by the watching thread.
    public int Handle { get; set; } = -1;

    public int OutputPipe { get; set; } = -1;

    public int ErrorPipe { get; set; } = -1;

    public int Place { get; set; }

    public int Status { get; set; }

    public TimeSpan Cpu { get; set; }

    /// <summary>Whether the leader has been reaped and others of its group are waited for.</summary>
    public bool IsReaped { get; set; }

    /// <summary>When its group was asked to end; 0 for never.</summary>
    public long EndAskedAt { get; private set; }

    public EndCause Cause
    {
        get
        {
            _gate.Enter();
            EndCause cause = _cause;
            _gate.Exit();
            return cause;
        }
    }

    /// <summary>Asks the group to end; what is left of it after a grace is killed by the watching thread.</summary>
    /// <returns>Whether this is what ends it: it had not ended, and nobody asked before.</returns>
    public bool Terminate(EndCause cause, long now)
    {
        _gate.Enter();
        try
        {
            if (_isGone || _cause != EndCause.None)
            {
                return false;
            }

            _cause = cause;
            EndAskedAt = now;
            _ = ChildCalls.Kill(-ProcessId, ChildCalls.SignalTerminate);

            // One that was stopped would not hear it.
            _ = ChildCalls.Kill(-ProcessId, ChildCalls.SignalContinue);
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Lets a time count against no limit. Unit: timestamps.</summary>
    public void Forgive(long time) => _ = Interlocked.Add(ref _forgiven, time);

    /// <summary>Sends a signal to everything in the group.</summary>
    /// <returns>Whether there was anybody.</returns>
    public bool SignalGroup(int signal)
    {
        _gate.Enter();
        try
        {
            return !_isGone && ChildCalls.Kill(-ProcessId, signal) == 0;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Takes the end of the leader.</summary>
    /// <param name="keepGroup">Whether others of the group are waited for; if not, no signal reaches the number any more.</param>
    /// <returns>Whether it has ended.</returns>
    public bool TryReap(Func<EndCause, bool> keepGroup)
    {
        _gate.Enter();
        try
        {
            if (!ChildCalls.TryReap(ProcessId, out int status, out TimeSpan cpu))
            {
                return false;
            }

            (Status, Cpu, IsReaped) = (status, cpu, true);
            _isGone = !keepGroup(_cause);
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Hands out the end. On the watching thread, once.</summary>
    public void Complete()
    {
        _gate.Enter();
        _isGone = true;
        EndCause cause = _cause;
        _gate.Exit();
        Output?.End();
        _end.SetResult(new ChildEnd(Status, Cpu, cause));
    }
}
