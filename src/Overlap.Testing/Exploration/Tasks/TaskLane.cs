namespace Overlap.Testing.Exploration.Tasks;

/// <summary>A lane of tasks, and at the same time the synchronisation context under which its steps run.</summary>
/// <remarks>
/// That each lane has a context of its own is what tells continuations apart: an await captures the context of the lane that awaits, so whatever
/// completes it later, the continuation is posted to its own lane; and as the completing lane runs under another context, it is never run inline.
/// </remarks>
internal sealed class TaskLane(TaskMode mode, int id, string name) : SynchronizationContext
{
    public int Id => id;

    public string Name => name;

    /// <summary>What it does; ends with the lane.</summary>
    public Task? Task { get; set; }

    public bool HasStarted { get; set; }

    public bool IsEnded { get; set; }

    /// <summary>The primitive in whose queue it stands, as far as the primitive told.</summary>
    public object? WaitsFor { get; set; }

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state) => mode.Post(this, d, state);

    public override void Send(SendOrPostCallback d, object? state)
    {
        mode.ThrowIfElsewhere();
        d(state);
    }

    public override string ToString() => name;
}
