namespace Overlap.Actors;

/// <summary>A failure of an actor, and what was done about it.</summary>
/// <param name="Actor">The path of the one that failed.</param>
/// <param name="Exception">What it threw.</param>
/// <param name="Directive">What its supervisor did.</param>
/// <param name="Delay">The wait before a restart.</param>
/// <param name="IsExhausted">Whether it would have been one restart too many.</param>
public sealed record ActorFailure(string Actor, Exception Exception, SupervisionDirective Directive, TimeSpan Delay, bool IsExhausted);
