namespace Overlap.Timelines;

/// <summary>A reading of the whole process's processor time.</summary>
/// <param name="At">When it was read, from the start of the timeline.</param>
/// <param name="ProcessCpu">Processor time of the process, all threads, user and system, since the start of the timeline.</param>
public sealed record CpuSample(TimeSpan At, TimeSpan ProcessCpu);
