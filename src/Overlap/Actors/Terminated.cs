namespace Overlap.Actors;

/// <summary>An actor that was watched has stopped, or had when it was watched. Told once.</summary>
/// <param name="Actor">The actor.</param>
public sealed record Terminated(ActorRef Actor) : Signal;
