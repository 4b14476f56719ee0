namespace Overlap.Processes.Dispatch;

/// <summary>What all worker processes of a pool use together.</summary>
/// <param name="Cpu">How long they have computed, those that are gone included.</param>
/// <param name="Memory">What is resident of those that live. Unit: bytes.</param>
internal readonly record struct WorkersUse(TimeSpan Cpu, long Memory);
