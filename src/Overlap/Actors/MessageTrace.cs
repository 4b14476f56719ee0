using System.Diagnostics;

namespace Overlap.Actors;

/// <summary>What is known of a message beside itself.</summary>
/// <param name="QueuedAt">When it was told, by the recorder's clock.</param>
/// <param name="Parent">The activity in which it was told.</param>
internal readonly record struct MessageTrace(long QueuedAt, ActivityContext Parent);
