namespace Overlap.Testing.Exploration.Threads;

/// <summary>Unwinds a thread of a schedule that is over. Code of the program that catches it meets it again at its next step.</summary>
internal sealed class ExplorationAbortException() : Exception("The schedule is over; the explorer ends its threads.");
