namespace Overlap.Distributed.Worker;

/// <summary>Whether a worker can do its work, for a health check.</summary>
/// <param name="IsHealthy">Whether it can.</param>
/// <param name="Description">One line for people to read: what it does, or what is wrong.</param>
public sealed record WorkerHealth(bool IsHealthy, string Description);
