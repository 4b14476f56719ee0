namespace Overlap.Actors;

/// <summary>What the machinery tells an actor: in a lane of its own, before all messages, never dropped.</summary>
internal readonly record struct SystemMessage(SystemMessageKind Kind, object? Subject = null, Exception? Error = null);
