namespace Overlap.Actors;

/// <summary>The exception for a message that an actor cannot get any more.</summary>
public sealed class ActorStoppedException : InvalidOperationException
{
    internal ActorStoppedException(string target)
        : base($"The actor {target} has stopped.") => Target = target;

    /// <summary>The path of the actor.</summary>
    public string Target { get; }
}
