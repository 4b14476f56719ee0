using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Hosting;
using Overlap.Processes.Native;
using Overlap.Processes.Transport;

namespace Overlap.Processes.Dispatch;

/// <summary>What of a pool lies in memory of its own making, and whether its workers see it. The segments are disposed by who uses them.</summary>
internal sealed class PoolMemory : IDisposable
{
    private PoolMemory(bool isShared, SharedSegment arguments, SharedSegment buffers)
    {
        IsShared = isShared;
        Arguments = arguments;
        Buffers = buffers;
        ArgumentsToRead = isShared ? arguments.OpenForReading() : null;
    }

    /// <summary>Whether the workers see it; otherwise all crosses to them by streams.</summary>
    public bool IsShared { get; }

    /// <summary>Where large arguments are put.</summary>
    public SharedSegment Arguments { get; }

    /// <summary>The same for the workers, who only read it; <see langword="null"/> where they do not see it.</summary>
    public SafeFileHandle? ArgumentsToRead { get; }

    public SharedSegment Buffers { get; }

    /// <exception cref="WorkerHostException">The transport that is demanded is not to be had here.</exception>
    public static PoolMemory Create(WorkerTransport transport) => Create(transport, new HostFacts { IsLinux = OperatingSystem.IsLinux() });

    /// <exception cref="WorkerHostException">This system is not one for workers, or the transport that is demanded is not to be had here.</exception>
    internal static PoolMemory Create(WorkerTransport transport, HostFacts facts)
    {
        // Before the first system call: elsewhere the same numbers mean something else.
        HostLocation.CheckSystem(facts);
        return Create(transport, SharedSegment.Create, MemoryCalls.CanWaitAny);
    }

    /// <param name="transport">What is wished.</param>
    /// <param name="share">Makes shared memory, or throws.</param>
    /// <param name="canWaitAny">Whether one thread can sleep on the memory of several workers.</param>
    internal static PoolMemory Create(WorkerTransport transport, Func<long, SharedSegment> share, bool canWaitAny)
    {
        if (transport == WorkerTransport.SharedMemory && !canWaitAny)
        {
            throw new WorkerHostException($"Shared memory needs futex_waitv, which this system does not have or forbids. {Advice}");
        }

        if (transport != WorkerTransport.Stream && canWaitAny)
        {
            try
            {
                return Create(isShared: true, share);
            }
            catch (IOException exception) when (transport == WorkerTransport.SharedMemory)
            {
                throw new WorkerHostException($"{exception.Message}. {Advice}", exception);
            }
            catch (IOException)
            {
                // Forbidden, or not there: that is what the other way is for.
            }
        }

        return Create(isShared: false, static length => SharedSegment.CreatePrivate(length, LeastBlobs));
    }

    /// <summary>Makes the memory of one worker.</summary>
    public SharedSegment CreateWorkerSegment() =>
        IsShared ? SharedSegment.Create(SegmentLayout.Length) : SharedSegment.CreatePrivate(SegmentLayout.Length, SegmentLayout.Blobs + LeastBlobs);

    /// <summary>What a worker finds in its environment.</summary>
    public Dictionary<string, string?> Environment()
    {
        Dictionary<string, string?> environment = NestingDepth.ForChild();

        // Said either way: a worker of one kind may have a pool of the other.
        environment[WorkerMemory.Variable] = IsShared ? null : WorkerMemory.Stream;
        return environment;
    }

    public void Dispose() => ArgumentsToRead?.Dispose();

    private const string Advice = "With WorkerTransport.Auto the pool would do without.";
    private const long LeastBlobs = 1L << 28;

    private static PoolMemory Create(bool isShared, Func<long, SharedSegment> make)
    {
        SharedSegment arguments = make(SegmentLayout.BlobCapacity);
        try
        {
            return new PoolMemory(isShared, arguments, make(SegmentLayout.BlobCapacity));
        }
        catch
        {
            arguments.Dispose();
            throw;
        }
    }
}
