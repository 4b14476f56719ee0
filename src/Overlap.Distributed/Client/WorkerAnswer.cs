namespace Overlap.Distributed.Client;

/// <summary>What a worker says of itself.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="IsHealthy">Whether it can do its work; of one that is not ours, whether it answers.</param>
/// <param name="Description">One line for people to read.</param>
internal sealed record WorkerAnswer(string Worker, bool IsHealthy, string Description);
