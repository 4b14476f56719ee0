namespace Overlap.Adaptation;

/// <summary>How the machine stands.</summary>
/// <param name="Cpu">Processor time that this program has used so far.</param>
/// <param name="IsMemoryShort">Whether memory runs out and this program, with the processes that work for it, has more of it than is left.</param>
internal readonly record struct MachineReading(TimeSpan Cpu, bool IsMemoryShort);
