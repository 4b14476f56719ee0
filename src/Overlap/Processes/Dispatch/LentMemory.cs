using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>The shared memory for large arguments, which stays mapped while anybody writes into it.</summary>
/// <remarks>
/// Callers put their arguments there before the pool knows of the call, so a pool may be disposed meanwhile: then the last who leaves unmaps it,
/// and whoever comes later finds it closed.
/// </remarks>
internal sealed unsafe class LentMemory(SharedSegment segment, long warmLimit) : IDisposable
{
    private readonly BlobArea _area = new(segment.Start, segment.Length, warmLimit);

    // The pool itself is the first.
    private int _users = 1;
    private int _isDisposed;

    /// <summary>Copies bytes to where workers see them.</summary>
    /// <returns>Whether there was room.</returns>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public bool TryPut(ReadOnlySpan<byte> bytes, out BlobReference reference)
    {
        ObjectDisposedException.ThrowIf(!TryEnter(), typeof(ProcessPoolExecutor));
        try
        {
            if (!_area.TryTake(bytes.Length, out reference))
            {
                return false;
            }

            bytes.CopyTo(_area[reference]);
            return true;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Says that bytes are not needed any more.</summary>
    public void Release(BlobReference reference)
    {
        if (TryEnter())
        {
            _area.Release(reference);
            Leave();
        }
    }

    /// <summary>Unmaps the memory as soon as nobody is in it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Leave();
        }
    }

    private bool TryEnter()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            segment.Dispose();
        }
    }
}
