namespace Overlap.Testing.Exploration.Tasks;

/// <summary>A lane of tasks, and at the same time the synchronisation context under which its steps run.</summary>
/// <remarks>
/// That each lane has a context of its own is what tells continuations apart: an await captures the context of the lane that awaits, so whatever
/// completes it later, the continuation is posted to its own lane; and as the completing lane runs under another context, it is never run inline.
/// </remarks>
internal sealed class TaskLane : SynchronizationContext
{
    private readonly TaskMode _mode;

    public TaskLane(TaskMode mode, EscapeWatch escapes, int id, string name)
    {
        _mode = mode;
        Escapes = escapes;
        Id = id;
        Name = name;
        SetWaitNotificationRequired();
    }

    /// <summary>Of its own run: what is posted to it late is no escape of the next one.</summary>
    public EscapeWatch Escapes { get; }

    public int Id { get; }

    public string Name { get; }

    /// <summary>What it does; ends with the lane.</summary>
    public Task? Task { get; set; }

    /// <summary>The exception that ended it, until it was told.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Where it stood after its last step, and what it awaited; only when explained.</summary>
    public (SourceLine? Place, object? Awaited) Suspended { get; set; }

    public bool HasStarted { get; set; }

    public bool IsEnded { get; set; }

    /// <summary>The primitive in whose queue it stands, as far as the primitive told.</summary>
    public object? WaitsFor { get; set; }

    /// <summary>The lock that it left last, which it holds again after the wait of a condition variable.</summary>
    public object? Left { get; set; }

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state) => _mode.Post(this, d, state);

    public override void Send(SendOrPostCallback d, object? state)
    {
        _mode.ThrowIfElsewhere();
        d(state);
    }

    /// <summary>Called by the runtime where it would block the thread.</summary>
    public override int Wait(nint[] waitHandles, bool waitAll, int millisecondsTimeout) =>
        _mode.Block(waitHandles, waitAll, millisecondsTimeout, WaitHelper);

    public override string ToString() => Name;
}
