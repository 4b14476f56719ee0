namespace Overlap.Actors;

/// <summary>Whether somebody runs the actor.</summary>
internal enum ActorActivity
{
    /// <summary>Nobody; any message wakes it.</summary>
    Idle,

    /// <summary>Nobody; only a system message wakes it, since it may not handle others.</summary>
    Dozing,

    /// <summary>Somebody does, or is about to: it is queued to the pool, or its handler waits.</summary>
    Running,
}
