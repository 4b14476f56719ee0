using System.Runtime.CompilerServices;

namespace Overlap.Processes.Transport;

/// <summary>The calls at a worker, as both sides see them: who may run which item, what runs, what is done.</summary>
/// <remarks>
/// Each slot has a claim word: generation, limit and next item. The worker takes items by moving <c>next</c>, the pool takes back what has not
/// started by lowering <c>limit</c>; both by compare-and-swap, so each item is taken by exactly one side.
/// </remarks>
internal readonly unsafe struct SlotTable(byte* start)
{
    public const int SlotSize = 64;

    /// <summary>The most items of one call.</summary>
    public const int LargestCount = (1 << CountBits) - 1;

    private const int CountBits = 20;
    private const int GenerationShift = 2 * CountBits;
    private const int GenerationMask = (1 << 24) - 1;

    private readonly byte* _start = start;

    /// <summary>Opens a slot for a call. By the pool, before it sends the call.</summary>
    public void Open(int slot, int generation, int count)
    {
        Slot* at = At(slot);
        at->Done = 0;
        at->FrameFirst = 0;
        at->StartedAt = 0;
        at->Credit = 0;
        at->WaitsForCredit = 0;
        Volatile.Write(ref at->Claim, Pack(generation, count, 0));
    }

    /// <summary>Takes the next items for running. By the worker.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="generation">The call that is meant.</param>
    /// <param name="wanted">The most items.</param>
    /// <param name="first">The first of those taken.</param>
    /// <returns>How many were taken; 0 when the pool has taken the rest back.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int slot, int generation, int wanted, out int first)
    {
        Slot* at = At(slot);
        while (true)
        {
            long seen = Volatile.Read(ref at->Claim);
            (int owner, int limit, int next) = Unpack(seen);
            first = next;
            int taken = Math.Min(wanted, limit - next);
            if (owner != generation || taken <= 0)
            {
                return 0;
            }

            if (Interlocked.CompareExchange(ref at->Claim, Pack(generation, limit, next + taken), seen) == seen)
            {
                return taken;
            }
        }
    }

    /// <summary>Takes back items that have not started, from the end. By the pool.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="generation">The call that is meant.</param>
    /// <param name="count">The items that the call has, as the pool knows: a word that says otherwise was spoilt by the worker.</param>
    /// <param name="wanted">The most items.</param>
    /// <returns>How many were taken back.</returns>
    public int TakeBack(int slot, int generation, int count, int wanted)
    {
        Slot* at = At(slot);
        while (true)
        {
            long seen = Volatile.Read(ref at->Claim);
            (int owner, int limit, int next) = Unpack(seen);
            int taken = Math.Min(wanted, limit - next);
            if (owner != generation || limit != count || taken <= 0)
            {
                return 0;
            }

            if (Interlocked.CompareExchange(ref at->Claim, Pack(generation, limit - taken, next), seen) == seen)
            {
                return taken;
            }
        }
    }

    /// <summary>Lets more items of a call be taken. By the one side of a stream that is told so by the other.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="generation">The call that is meant.</param>
    /// <param name="limit">How many items may be taken in all.</param>
    public void Extend(int slot, int generation, int limit)
    {
        Slot* at = At(slot);
        while (true)
        {
            long seen = Volatile.Read(ref at->Claim);
            (int owner, int before, int next) = Unpack(seen);
            if (owner != generation || limit <= before
                || Interlocked.CompareExchange(ref at->Claim, Pack(generation, limit, next), seen) == seen)
            {
                return;
            }
        }
    }

    /// <summary>Whether the slot is that of a call still, as the pool opened it.</summary>
    public bool IsOf(int slot, int generation) => Unpack(Volatile.Read(ref At(slot)->Claim)).Generation == generation;

    /// <summary>How many items have not started and are not taken back.</summary>
    public int Unstarted(int slot, int generation)
    {
        (int owner, int limit, int next) = Unpack(Volatile.Read(ref At(slot)->Claim));
        return owner == generation ? Math.Max(0, limit - next) : 0;
    }

    /// <summary>How many items the worker has taken.</summary>
    public int Started(int slot, int generation)
    {
        (int owner, _, int next) = Unpack(Volatile.Read(ref At(slot)->Claim));
        return owner == generation ? next : 0;
    }

    /// <summary>
    /// Notes how many items of the frame that is being written are done, and how many bytes their results take. Written by the worker with each
    /// item: when it dies, the pool finds in the ring what was not published yet.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetDone(int slot, int count, int bytes) => Volatile.Write(ref At(slot)->Done, ((long)count << 32) | (uint)bytes);

    public (int Count, int Bytes) GetDone(int slot)
    {
        long done = Volatile.Read(ref At(slot)->Done);
        return ((int)(done >> 32), (int)done);
    }

    /// <summary>Notes the first item of the frame that is being written.</summary>
    public void BeginFrame(int slot, int first)
    {
        Slot* at = At(slot);
        Volatile.Write(ref at->Done, 0);
        Volatile.Write(ref at->FrameFirst, first);
    }

    public int GetFrameFirst(int slot) => Volatile.Read(ref At(slot)->FrameFirst);

    /// <summary>Notes when the items that were taken last began. Read by the pool for deadlines.</summary>
    public void SetStarted(int slot, long timestamp) => Volatile.Write(ref At(slot)->StartedAt, timestamp);

    public long GetStarted(int slot) => Volatile.Read(ref At(slot)->StartedAt);

    /// <summary>Asks the worker to cancel the call. By the pool, before it pokes the worker.</summary>
    public void RequestCancel(int slot, int generation) => Volatile.Write(ref At(slot)->CancelOf, generation);

    public bool IsCancelRequested(int slot, int generation) => Volatile.Read(ref At(slot)->CancelOf) == generation;

    /// <summary>Lets a stream give so many values in all. By the pool.</summary>
    public void SetCredit(int slot, long credit) => Volatile.Write(ref At(slot)->Credit, credit);

    /// <summary>Whether the worker sleeps until there is more credit, and must be poked. Asked by the pool after it has set the credit.</summary>
    public bool IsWaitingForCredit(int slot)
    {
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref At(slot)->WaitsForCredit) != 0;
    }

    /// <summary>Notes whether the worker sleeps for credit; it looks at the credit after this.</summary>
    public void SetWaitingForCredit(int slot, bool isWaiting)
    {
        Volatile.Write(ref At(slot)->WaitsForCredit, isWaiting ? 1 : 0);
        Interlocked.MemoryBarrier();
    }

    public long GetCredit(int slot) => Volatile.Read(ref At(slot)->Credit);

    public static int NextGeneration(int generation) => generation == GenerationMask ? 1 : generation + 1;

    private static long Pack(int generation, int limit, int next) =>
        ((long)generation << GenerationShift) | ((long)limit << CountBits) | (uint)next;

    private static (int Generation, int Limit, int Next) Unpack(long word) =>
        ((int)(word >> GenerationShift) & GenerationMask, (int)(word >> CountBits) & LargestCount, (int)word & LargestCount);

    private Slot* At(int slot) => (Slot*)(_start + ((long)slot * SlotSize));

    private struct Slot
    {
        public long Claim;
        public long Done;
        public long StartedAt;
        public int CancelOf;
        public int FrameFirst;
        public long Credit;
        public int WaitsForCredit;
    }
}
