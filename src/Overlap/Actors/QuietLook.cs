namespace Overlap.Actors;

/// <summary>A question to an actor, answered when it has nothing to do, with how much it has done by then.</summary>
internal sealed class QuietLook() : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
