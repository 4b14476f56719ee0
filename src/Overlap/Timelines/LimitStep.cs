namespace Overlap.Timelines;

/// <summary>A change of how many calls may run at the same time.</summary>
/// <param name="At">When, from the start of the recording.</param>
/// <param name="Limit">The calls that may run from then on.</param>
/// <param name="Reason">Why, such as <c>32: 64 did 1.02 times what 32 did</c>.</param>
public sealed record LimitStep(TimeSpan At, int Limit, string Reason);
