using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>Rents out the memory of a pool's buffers, which stays mapped until the pool and every buffer are disposed.</summary>
internal sealed unsafe class BufferRental(SharedSegment segment, bool isShared, long warmLimit) : IDisposable
{
    // Workers may write anywhere in it: what is lent is known to this side alone.
    private readonly BlobArea _area = new(segment.Start, segment.Length, warmLimit, isReleasedByOther: false);
    private readonly Lock _gate = new();

    // Guarded by _gate: the buffers, and the pool itself.
    private int _users = 1;
    private bool _isDisposed;

    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    /// <exception cref="InsufficientMemoryException">The buffers take all that a pool has for them.</exception>
    public SharedBuffer Rent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (!isShared)
        {
            throw new NotSupportedException("The workers of this pool hear it through streams and see none of its memory. Pass arrays: they are copied.");
        }

        _gate.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ProcessPoolExecutor));
            _users++;
        }
        finally
        {
            _gate.Exit();
        }

        if (!_area.TryTake(length, out BlobReference reference))
        {
            Leave();
            throw new InsufficientMemoryException($"The buffers of a pool take at most {segment.Length >> 30} GiB together, each rounded up to a power of two.");
        }

        BufferMemory memory = new(segment.Start + reference.Offset, length, () => Free(reference));
        return new SharedBuffer(memory, reference, this);
    }

    /// <summary>Lends a buffer to a call; ended by <see cref="SharedBuffer.EndUse"/>.</summary>
    /// <exception cref="NotPortableException">It is another pool's.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public BlobReference Lend(SharedBuffer buffer)
    {
        if (!ReferenceEquals(buffer.Pool, this))
        {
            throw new NotPortableException("A SharedBuffer travels to the workers of the pool that it was rented from, and to no others. Rent one from this pool.");
        }

        ObjectDisposedException.ThrowIf(!buffer.TryUse(), buffer);
        return buffer.Reference;
    }

    /// <summary>Lets the memory go once the last buffer is disposed.</summary>
    public void Dispose()
    {
        _gate.Enter();
        bool isFirst = !_isDisposed;
        _isDisposed = true;
        _gate.Exit();
        if (isFirst)
        {
            Leave();
        }
    }

    private void Free(BlobReference reference)
    {
        _area.Release(reference);
        Leave();
    }

    private void Leave()
    {
        _gate.Enter();
        bool wasLast = --_users == 0;
        _gate.Exit();
        if (wasLast)
        {
            segment.Dispose();
        }
    }
}
