using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Transport;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Faults;

/// <summary>What a worker gone mad does to the memory that it shares with its pool.</summary>
internal static unsafe class Forgery
{
    /// <summary>Forges in one way, then dies of a signal or (0) waits for the pool to end it.</summary>
    public static int Commit((string Way, int Signal) how)
    {
        byte* segment = SharedSegment.Open(new SafeFileHandle(WorkerLaunch.FirstInherited, ownsHandle: false)).Start;
        byte* ring = segment + SegmentLayout.Replies;
        RingWords words = new(ring);
        byte* next = words.Data + (words.Tail & (SegmentLayout.RingCapacity - 1));
        FrameHeader honest = new() { Kind = FrameKind.Results, PayloadLength = sizeof(int), Slot = FirstOpenSlot(segment, out int generation), Generation = generation, Count = 1 };
        switch (how.Way)
        {
            case "header-only":
                // The header stands there, the body is being written, nothing is published.
                *(FrameHeader*)next = honest with { PayloadLength = 1_000 };
                break;
            case "garbage":
                new Random(1).NextBytes(new Span<byte>(next, 512));
                Publish(words, 512);
                break;
            case "zeros":
                new Span<byte>(next, 512).Clear();
                Publish(words, 512);
                break;
            case "truncated":
                *(FrameHeader*)next = honest with { PayloadLength = 1_000 };
                Publish(words, FrameHeader.Size + 8);
                break;
            case "truncated-header":
                Publish(words, 16);
                break;
            case "oversized":
                *(FrameHeader*)next = honest with { PayloadLength = int.MaxValue };
                Publish(words, FrameHeader.Size + 8);
                break;
            case "negative":
                *(FrameHeader*)next = honest with { PayloadLength = -8 };
                Publish(words, FrameHeader.Size + 8);
                break;
            case "replayed":
                // An answer of its own, and once more after the pool has taken the first.
                *(FrameHeader*)next = honest;
                *(FrameHeader*)(next + 56) = honest with { Generation = honest.Generation - 1 };
                Publish(words, 112);
                break;
            case "wrong-slot":
                *(FrameHeader*)next = honest with { Slot = 1_000_000 };
                Publish(words, FrameHeader.Size + 8);
                break;
            case "negative-slot":
                *(FrameHeader*)next = honest with { Slot = -1 };
                Publish(words, FrameHeader.Size + 8);
                break;
            case "many-items":
                *(FrameHeader*)next = honest with { Count = int.MaxValue };
                Publish(words, FrameHeader.Size + 8);
                break;
            case "negative-items":
                *(FrameHeader*)next = honest with { First = int.MinValue };
                Publish(words, FrameHeader.Size + 8);
                break;
            case "short-value":
                *(FrameHeader*)next = honest with { PayloadLength = 0 };
                Publish(words, FrameHeader.Size);
                break;
            case "unknown-kind":
                *(FrameHeader*)next = honest with { Kind = (FrameKind)200 };
                Publish(words, FrameHeader.Size + 8);
                break;
            case "blob-outside":
                *(FrameHeader*)next = honest with { Flags = FrameFlags.InBlob, PayloadLength = 16 };
                *(long*)(next + FrameHeader.Size) = long.MaxValue - 63;
                *(int*)(next + FrameHeader.Size + 8) = int.MaxValue;
                Publish(words, FrameHeader.Size + 16);
                break;
            case "tail-back":
                words.Tail = Math.Max(0, words.Tail - 4_096);
                break;
            case "tail-far":
                words.Tail = long.MaxValue & ~7L;
                break;
            case "tail-odd":
                words.Tail += 3;
                break;
            case "wrap-only":
                *(long*)next = -1;
                Publish(words, SegmentLayout.RingCapacity - (words.Tail & (SegmentLayout.RingCapacity - 1)));
                break;
            case "event-garbage":
                RingWords events = new(segment + SegmentLayout.Events);
                new Random(2).NextBytes(new Span<byte>(events.Data, 512));
                events.Tail += 512;
                break;
            case "slots":
                new Random(3).NextBytes(new Span<byte>(segment + SegmentLayout.Slots, SegmentLayout.SlotCount * SlotTable.SlotSize));
                break;
            case "everything":
                new Random(4).NextBytes(new Span<byte>(segment, (int)SegmentLayout.Blobs));
                break;
            default:
                throw new ArgumentException($"Unknown way: {how.Way}", nameof(how));
        }

        Wake(words);
        if (how.Signal != 0)
        {
            Misdeeds.Send(Environment.ProcessId, how.Signal);
        }

        // The pool hears it and ends this process; were the function to return, it would answer.
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    /// <summary>Answers with honest frames of which some bytes are changed, many one after the other, until the pool has enough.</summary>
    public static int Babble(int seed)
    {
        byte* segment = SharedSegment.Open(new SafeFileHandle(WorkerLaunch.FirstInherited, ownsHandle: false)).Start;
        RingWords words = new(segment + SegmentLayout.Replies);
        FrameHeader honest = new() { Kind = FrameKind.Results, PayloadLength = 64, Slot = FirstOpenSlot(segment, out int generation), Generation = generation, Count = 1 };
        Random random = new(seed);
        for (int i = 0; i < 64; i++)
        {
            byte* next = words.Data + (words.Tail & (SegmentLayout.RingCapacity - 1));
            *(FrameHeader*)next = honest with { Kind = (FrameKind)random.Next(14), Flags = (FrameFlags)random.Next(128) };
            random.NextBytes(new Span<byte>(next + FrameHeader.Size, 64));
            next[random.Next(FrameHeader.Size)] = (byte)random.Next(256);
            Publish(words, FrameHeader.Size + 64);
            Wake(words);
        }

        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static void Publish(RingWords words, long length) => Volatile.Write(ref words.Tail, words.Tail + length);

    private static void Wake(RingWords words)
    {
        *words.ConsumerWaiting = RingWords.Awake;
        Overlap.Processes.Native.MemoryCalls.Wake(words.ConsumerWaiting);
    }

    private static int FirstOpenSlot(byte* segment, out int generation)
    {
        SlotTable slots = new(segment + SegmentLayout.Slots);
        for (int slot = 0; slot < SegmentLayout.SlotCount; slot++)
        {
            for (generation = 1; generation < 64; generation++)
            {
                if (slots.Started(slot, generation) > 0 && slots.GetStarted(slot) > 0)
                {
                    return slot;
                }
            }
        }

        generation = 0;
        return 0;
    }
}
