using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Hosting;

/// <summary>Stands for a function that could not be resolved: each of its calls fails with the reason.</summary>
internal sealed class BrokenFunction(Exception reason) : RemoteFunction
{
    public override void Run(in FrameHeader header, ref PayloadReader payload, WorkerHost host)
    {
        while (host.Take(header, 1, out int index) > 0)
        {
            long now = TimeProvider.System.GetTimestamp();
            host.SendFailure(
                new FrameHeader { Slot = header.Slot, Generation = header.Generation, First = index, Count = 1, StartedAt = now, EndedAt = now },
                default,
                reason);
        }
    }
}
