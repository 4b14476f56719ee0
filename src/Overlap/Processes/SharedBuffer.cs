using System.Diagnostics;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes;

/// <summary>Memory that a program and all workers of a pool see: written and read in place, by whoever has it, without a copy.</summary>
/// <remarks>
/// Rented by <see cref="ProcessPoolExecutor.RentBuffer"/>. As an argument, a captured variable or a part of one it costs a few bytes, however large
/// it is. A function has it until its call ends; what it wrote is there when the call's end is known. Nothing keeps two who write at the same time apart.
/// A disposed buffer can be sent no more; calls that have it go on with it, and only when they have ended is its memory given to another.
/// </remarks>
[DebuggerDisplay("SharedBuffer, {Length} bytes")]
public sealed class SharedBuffer : IDisposable
{
    private readonly BufferMemory _memory;

    /// <param name="memory">Where it lies here.</param>
    /// <param name="reference">Where it lies for the workers.</param>
    /// <param name="pool">Who can lend it to calls; nobody in a worker.</param>
    internal SharedBuffer(BufferMemory memory, BlobReference reference, object? pool)
    {
        _memory = memory;
        Reference = reference;
        Pool = pool;
    }

    /// <summary>How much was asked for. Unit: bytes.</summary>
    public int Length => Reference.Length;

    /// <summary>The memory. What lies in it at first is not defined.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed, or in a worker: the call that brought it has ended.</exception>
    public Memory<byte> Memory
    {
        get
        {
            _memory.ThrowIfClosed();
            return _memory.Memory;
        }
    }

    /// <summary>The memory, for the current method. It must not be used once the buffer is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed, or in a worker: the call that brought it has ended.</exception>
    public Span<byte> Span => _memory.GetSpan();

    internal BlobReference Reference { get; }

    internal object? Pool { get; }

    /// <summary>Gives the memory back. Twice is legal; a disposed pool waits for nobody: its buffers can be used as plain memory until then.</summary>
    public void Dispose() => _memory.Close();

    /// <summary>Keeps the memory from being given to another; each success is ended by <see cref="EndUse"/>.</summary>
    internal bool TryUse() => _memory.TryUse();

    internal void EndUse() => _memory.EndUse();
}
