using System.Numerics;
using Overlap.Processes.Native;
using Overlap.Processes.Values;

namespace Overlap.Processes.Transport;

/// <summary>Gives out stretches of shared memory for what is too large for a ring.</summary>
/// <remarks>
/// Stretches are powers of two and used again, because the first touch of a page costs more than copying onto it. Free ones beyond
/// <c>warmLimit</c> give their pages back. The owner allocates; the other side only reads and, where it ends the use, says so in the stretch's
/// own header, which the owner looks at when it needs room; unless <c>isReleasedByOther</c> is not set: then nothing there is believed. Memory: at most twice what is in use, plus the warm ones.
/// </remarks>
internal sealed unsafe class BlobArea(byte* start, long capacity, long warmLimit, bool isReleasedByOther = true)
{
    private const int HeaderSize = 64;
    private const int LeastLog = 16;
    private const long InUse = 1;
    private const long Free = 0;

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Stack<Stretch>?[] _free = new Stack<Stretch>?[40];
    private readonly Dictionary<long, Stretch> _lent = [];
    private long _end;
    private long _warm;

    /// <summary>Takes a stretch.</summary>
    /// <param name="length">Unit: bytes.</param>
    /// <param name="reference">Where it lies.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryTake(int length, out BlobReference reference)
    {
        int log = Math.Max(LeastLog, 64 - BitOperations.LeadingZeroCount((ulong)length + HeaderSize - 1));
        using Lock.Scope held = _gate.EnterScope();
        if (_free[log] is not { Count: > 0 })
        {
            Reclaim();
        }

        Stretch? stretch = null;
        if (_free[log]?.TryPop(out stretch) == true)
        {
            _warm -= stretch!.IsWarm ? 1L << log : 0;
        }
        else if (_end + (1L << log) <= capacity)
        {
            stretch = new Stretch(_end, log);
            _end += 1L << log;
        }
        else
        {
            reference = default;
            return false;
        }

        if (isReleasedByOther)
        {
            Volatile.Write(ref *(long*)(start + stretch.Offset), InUse);
        }

        _lent.Add(stretch.Offset, stretch);
        reference = new BlobReference(stretch.Offset + HeaderSize, length);
        return true;
    }

    /// <summary>The bytes of a stretch that this side took.</summary>
    public Span<byte> this[BlobReference reference] => new(start + reference.Offset, reference.Length);

    /// <summary>Says that a stretch is not needed any more. By the other side; taken in when its owner next needs room.</summary>
    public static void Release(byte* start, BlobReference reference) =>
        Volatile.Write(ref *(long*)(start + reference.Offset - HeaderSize), Free);

    /// <summary>Ends the use of a stretch by its owner.</summary>
    public void Release(BlobReference reference)
    {
        using Lock.Scope held = _gate.EnterScope();
        if (_lent.Remove(reference.Offset - HeaderSize, out Stretch? stretch))
        {
            Keep(stretch);
        }
    }

    /// <summary>Whether a reference from the other side lies in an area.</summary>
    public static bool IsInside(BlobReference reference, long capacity) =>
        reference.Offset >= HeaderSize && reference.Length >= 0 && reference.Offset % HeaderSize == 0
        && reference.Offset <= capacity - reference.Length;

    private void Reclaim()
    {
        if (!isReleasedByOther)
        {
            return;
        }

        foreach (Stretch stretch in _lent.Values)
        {
            if (Volatile.Read(ref *(long*)(start + stretch.Offset)) == Free)
            {
                _ = _lent.Remove(stretch.Offset);
                Keep(stretch);
            }
        }
    }

    /// <summary>Keeps a stretch for the next who asks.</summary>
    private void Keep(Stretch stretch)
    {
        long length = 1L << stretch.Log;
        stretch.IsWarm = _warm + length <= warmLimit;
        if (stretch.IsWarm)
        {
            _warm += length;
        }
        else
        {
            _ = MemoryCalls.Advise(start + stretch.Offset, (nuint)length, MemoryCalls.AdviseRemove);
        }

        (_free[stretch.Log] ??= new Stack<Stretch>()).Push(stretch);
    }

    private sealed class Stretch(long offset, int log)
    {
        public long Offset { get; } = offset;

        public int Log { get; } = log;

        public bool IsWarm { get; set; }
    }
}
