using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Native;
using Overlap.Processes.Transport;
using Overlap.Processes.Workers;

namespace Overlap.Processes.Hosting;

/// <summary>What a worker inherited to hear its pool by: memory that both see, or a stream and memory of its own in place of the other's.</summary>
internal sealed record WorkerMemory(SharedSegment Segment, SharedSegment Arguments, SharedSegment Buffers, StreamWorkerEnd? StreamEnd) : IDisposable
{
    /// <summary>Says which of the two it is: nothing for shared memory.</summary>
    public const string Variable = "OVERLAP_WORKER_TRANSPORT";

    public const string Stream = "stream";

    private const long LeastBlobs = 1L << 28;

    /// <exception cref="IOException">It is not what a pool gives.</exception>
    public static WorkerMemory Inherit()
    {
        DescriptorCalls.KeepFromChildren(WorkerLaunch.FirstInherited);
        if (Environment.GetEnvironmentVariable(Variable) != Stream)
        {
            return new WorkerMemory(SharedSegment.Open(Inherited(0)), SharedSegment.Open(Inherited(1), isReadOnly: true), SharedSegment.Open(Inherited(2)), null);
        }

        SharedSegment segment = SharedSegment.CreatePrivate(SegmentLayout.Length, SegmentLayout.Blobs + LeastBlobs);
        SharedSegment arguments = SharedSegment.CreatePrivate(SegmentLayout.BlobCapacity, LeastBlobs);
        SharedSegment buffers = SharedSegment.CreatePrivate(SegmentLayout.BlobCapacity, LeastBlobs);
        return new WorkerMemory(segment, arguments, buffers, new StreamWorkerEnd(Inherited(0), segment, arguments));
    }

    public void Dispose()
    {
        Segment.Dispose();
        Arguments.Dispose();
        Buffers.Dispose();
    }

    private static SafeFileHandle Inherited(int index) => new(WorkerLaunch.FirstInherited + index, ownsHandle: true);
}
