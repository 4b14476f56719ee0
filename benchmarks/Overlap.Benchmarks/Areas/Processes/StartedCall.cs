namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>What a call tells when it runs.</summary>
/// <param name="ProcessId">Its worker.</param>
/// <param name="Timestamp">When it told so; all processes of a machine have the same clock.</param>
internal readonly record struct StartedCall(int ProcessId, long Timestamp);
