namespace Overlap.Timelines;

/// <summary>What runs the calls of a lane.</summary>
public enum LaneKind
{
    /// <summary>The caller's own thread.</summary>
    Caller,

    /// <summary>A dedicated thread.</summary>
    Thread,

    /// <summary>One place among the asynchronous calls in flight; all slots share the runtime's pool threads.</summary>
    Slot,

    /// <summary>A worker process.</summary>
    Process,
}
