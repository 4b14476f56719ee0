namespace Overlap.Testing.Exploration.Threads;

/// <summary>A condition that the explorer looks at wanted a lock that is held just now: it does not hold yet.</summary>
internal sealed class NotNowException() : Exception("A condition waited for something.");
