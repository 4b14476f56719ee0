namespace Overlap.Actors;

/// <summary>No message has come for the time that the actor set.</summary>
/// <param name="After">That time.</param>
public sealed record ReceiveTimeout(TimeSpan After) : Signal;
