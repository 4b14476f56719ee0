using Overlap.Executors;

namespace Overlap.Advice.Probing;

/// <summary>A model under which a job can run, or why it cannot.</summary>
/// <param name="Model">The model.</param>
/// <param name="MostWorkers">The most workers that make sense under it, at least 1.</param>
/// <param name="LeftOut">Why it is not tried, as a sentence; <see langword="null"/> when it can be.</param>
public sealed record ProbeModel(ExecutionModel Model, int MostWorkers = int.MaxValue, string? LeftOut = null);
