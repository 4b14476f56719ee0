namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>How one schedule ended.</summary>
/// <param name="Failure">What went wrong; <see langword="null"/> when nothing did.</param>
/// <param name="Message">What went wrong, in one line.</param>
/// <param name="Exception">The exception behind it.</param>
/// <param name="Lanes">The names of the lanes, in the order in which they were started.</param>
/// <param name="IsToBeRepeated">Whether the run counts for nothing, because something outside disturbed it, and is to be made again.</param>
internal sealed record RunOutcome(FailureKind? Failure, string Message, Exception? Exception, IReadOnlyList<string> Lanes, bool IsToBeRepeated = false);
