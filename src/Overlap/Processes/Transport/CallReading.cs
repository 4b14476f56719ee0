using System.Runtime.InteropServices;

namespace Overlap.Processes.Transport;

/// <summary>What a worker's clocks say of a call; it stands before the payload of a reply that is taken down.</summary>
/// <param name="Work">Processor time. Unit: nanoseconds.</param>
/// <param name="Delay">Time ready without a processor. Unit: nanoseconds.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct CallReading(long Work, long Delay);
