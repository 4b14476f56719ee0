using System.Diagnostics;

namespace Overlap.Futures;

/// <summary>The tasks of a wait, parted by whether they had ended when it ended.</summary>
/// <remarks>Each task is in exactly one of the two, once, in the order in which it was given.</remarks>
/// <typeparam name="TTask">The type of the tasks.</typeparam>
/// <param name="Done">The tasks that had ended: with a result, failed or cancelled.</param>
/// <param name="NotDone">The tasks that had not; they go on, and may have ended since.</param>
[DebuggerDisplay("{Done.Count} done, {NotDone.Count} not done")]
public sealed record WaitResult<TTask>(IReadOnlyList<TTask> Done, IReadOnlyList<TTask> NotDone)
    where TTask : Task;
