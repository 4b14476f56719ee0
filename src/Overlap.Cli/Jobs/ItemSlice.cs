using Overlap.Advice.Probing;

namespace Overlap.Cli.Jobs;

/// <summary>A part of a job's items.</summary>
/// <param name="Skipped">How many of the first are left out.</param>
/// <param name="Stop">Says when enough have begun.</param>
internal sealed record ItemSlice(long Skipped, ProbeStop Stop);
