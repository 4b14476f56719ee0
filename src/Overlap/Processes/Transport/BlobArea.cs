using System.Numerics;
using Overlap.Processes.Native;
using Overlap.Processes.Values;

namespace Overlap.Processes.Transport;

/// <summary>Gives out stretches of shared memory for what is too large for a ring.</summary>
/// <remarks>
/// Stretches are powers of two and used again, because the first touch of a page costs more than copying onto it. Free ones beyond
/// <c>warmLimit</c> give their pages back. The owner allocates; the other side only reads and, where it ends the use, says so in the stretch's
/// own header, which the owner looks at when it needs room. Memory: at most twice what is in use, plus the warm ones.
/// </remarks>
internal sealed unsafe class BlobArea(byte* start, long capacity, long warmLimit)
{
    private const int HeaderSize = 64;
    private const int LeastLog = 16;
    private const long InUse = 1;
    private const long Free = 0;

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Stack<(long Offset, bool IsWarm)>?[] _free = new Stack<(long, bool)>?[40];
    private readonly List<(long Offset, int Log)> _lent = [];
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

        long offset;
        if (_free[log] is { } free && free.TryPop(out (long Offset, bool IsWarm) found))
        {
            offset = found.Offset;
            _warm -= found.IsWarm ? 1L << log : 0;
        }
        else if (_end + (1L << log) <= capacity)
        {
            offset = _end;
            _end += 1L << log;
        }
        else
        {
            reference = default;
            return false;
        }

        Volatile.Write(ref *(long*)(start + offset), InUse);
        _lent.Add((offset, log));
        reference = new BlobReference(offset + HeaderSize, length);
        return true;
    }

    /// <summary>The bytes of a stretch that this side took.</summary>
    public Span<byte> this[BlobReference reference] => new(start + reference.Offset, reference.Length);

    /// <summary>Says that a stretch is not needed any more. By either side; taken in when its owner next needs room.</summary>
    public static void Release(byte* start, BlobReference reference) =>
        Volatile.Write(ref *(long*)(start + reference.Offset - HeaderSize), Free);

    /// <summary>Ends the use of a stretch by its owner.</summary>
    public void Release(BlobReference reference) => Release(start, reference);

    /// <summary>Whether a reference from the other side lies in an area.</summary>
    public static bool IsInside(BlobReference reference, long capacity) =>
        reference.Offset >= HeaderSize && reference.Length >= 0 && reference.Offset % HeaderSize == 0
        && reference.Offset <= capacity - reference.Length;

    private void Reclaim()
    {
        for (int i = _lent.Count - 1; i >= 0; i--)
        {
            (long offset, int log) = _lent[i];
            if (Volatile.Read(ref *(long*)(start + offset)) != Free)
            {
                continue;
            }

            _lent.RemoveAt(i);
            bool staysWarm = _warm + (1L << log) <= warmLimit;
            if (staysWarm)
            {
                _warm += 1L << log;
            }
            else
            {
                _ = MemoryCalls.Advise(start + offset, (nuint)(1L << log), MemoryCalls.AdviseRemove);
            }

            (_free[log] ??= new Stack<(long, bool)>()).Push((offset, staysWarm));
        }
    }
}
