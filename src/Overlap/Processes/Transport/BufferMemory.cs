using System.Buffers;

namespace Overlap.Processes.Transport;

/// <summary>A stretch of shared memory that is given back once it is closed and nobody uses it.</summary>
internal sealed unsafe class BufferMemory(byte* start, int length, Action? onUnused) : MemoryManager<byte>
{
    private readonly byte* _start = start;

    // Whoever made it is the first user.
    private int _users = 1;
    private int _isClosed;

    public override Span<byte> GetSpan()
    {
        ThrowIfClosed();
        return new Span<byte>(_start, length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));
        ObjectDisposedException.ThrowIf(!TryUse(), typeof(SharedBuffer));
        return new MemoryHandle(_start + elementIndex, default, this);
    }

    public override void Unpin() => EndUse();

    public void ThrowIfClosed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed) != 0, typeof(SharedBuffer));

    /// <summary>Becomes a user, unless it is closed.</summary>
    public bool TryUse()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0 && Volatile.Read(ref _isClosed) == 0)
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

    public void EndUse()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            onUnused?.Invoke();
        }
    }

    /// <summary>Lets nobody use it any more who does not yet.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            EndUse();
        }
    }

    protected override void Dispose(bool disposing) => Close();
}
