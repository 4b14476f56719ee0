using System.Runtime.CompilerServices;
using Overlap.Processes.Transport;

namespace Overlap.Processes.Hosting;

/// <summary>Collects the results of a call's items in the ring, where they lie ready should the worker die.</summary>
/// <remarks>
/// With each item the slot says how far the frame has come. So of what a dying worker leaves, the pool keeps every finished item and knows which
/// one was running.
/// </remarks>
internal unsafe ref struct ResultFrame(WorkerHost host, FrameHeader call)
{
    private const int Room = 64 * 1_024;

    private FrameHeader* _frame;
    private int _first;
    private int _count;
    private int _bytes;
    private int _next;
    private long _endedAt;

    /// <summary>When the first item of the frame began.</summary>
    public long StartedAt { get; private set; }

    /// <summary>Says which item comes next, and when it begins.</summary>
    public void Begin(int first, long startedAt)
    {
        _next = first;
        if (_frame is null)
        {
            StartedAt = startedAt;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append<T>(T result, int size)
    {
        if (_frame is null || _bytes + size > Room)
        {
            Open();
        }

        Unsafe.WriteUnaligned((byte*)_frame + FrameHeader.Size + _bytes, result);
        Count(size);
    }

    public void Append(ReadOnlySpan<byte> result)
    {
        if (result.Length > Room)
        {
            Flush();
            long now = TimeProvider.System.GetTimestamp();
            host.Send(Header(_next++, 1, now), result);
            return;
        }

        if (_frame is null || _bytes + result.Length > Room)
        {
            Open();
        }

        result.CopyTo(new Span<byte>((byte*)_frame + FrameHeader.Size + _bytes, result.Length));
        Count(result.Length);
    }

    /// <summary>Sends a failure in place of an item's result.</summary>
    public void Fail(int index, Exception exception)
    {
        Flush();
        _next = index + 1;
        host.SendFailure(Header(index, 1, TimeProvider.System.GetTimestamp()), default, exception);
    }

    /// <summary>Notes when the last item so far has ended.</summary>
    public void Mark(long now) => _endedAt = now;

    /// <summary>Lets the pool see what was collected.</summary>
    public void Flush()
    {
        if (_frame is null)
        {
            return;
        }

        *_frame = Header(_first, _count, _endedAt > StartedAt ? _endedAt : TimeProvider.System.GetTimestamp()) with { PayloadLength = _bytes };
        host.SendReserved(_frame);

        // Only now: had it died before, the slot would have had to tell.
        host.Slots.BeginFrame(call.Slot, _next);
        _frame = null;
        StartedAt = _endedAt;
    }

    private void Open()
    {
        if (_frame is not null)
        {
            _endedAt = TimeProvider.System.GetTimestamp();
            Flush();
        }

        _frame = host.Reserve(Room);
        _first = _next;
        _count = 0;
        _bytes = 0;
        host.Slots.BeginFrame(call.Slot, _first);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Count(int size)
    {
        _bytes += size;
        _count++;
        _next++;
        host.Slots.SetDone(call.Slot, _count, _bytes);
    }

    private readonly FrameHeader Header(int first, int count, long endedAt) => new()
    {
        Kind = FrameKind.Results,
        Slot = call.Slot,
        Generation = call.Generation,
        First = first,
        Count = count,
        StartedAt = StartedAt,
        EndedAt = endedAt,
    };
}
