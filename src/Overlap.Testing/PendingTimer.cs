namespace Overlap.Testing;

/// <summary>A timer of a <see cref="VirtualTimeProvider"/> that waits for its time.</summary>
/// <param name="DueAt">When it fires next, in virtual time.</param>
/// <param name="Period">The time between later firings, or <see cref="Timeout.InfiniteTimeSpan"/> when it fires once.</param>
/// <param name="Callback">The type and method that it calls, to tell timers apart in a failed test.</param>
public sealed record PendingTimer(DateTimeOffset DueAt, TimeSpan Period, string Callback);
