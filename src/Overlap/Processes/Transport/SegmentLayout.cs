namespace Overlap.Processes.Transport;

/// <summary>Where things lie in the segment that a worker shares with its pool.</summary>
/// <remarks>
/// Shape: ring of requests, ring of replies, ring of events, slots, tokens, blobs of the worker; each begins on a page.
/// Units: bytes. Both sides are the same build, so nothing here is negotiated.
/// </remarks>
internal static class SegmentLayout
{
    public const int PageSize = 4_096;

    /// <summary>The room of a ring for frames. A power of two.</summary>
    public const int RingCapacity = 1 << 20;

    /// <summary>Calls that can be at a worker at a time, running or ahead.</summary>
    public const int SlotCount = 1_024;

    /// <summary>Tokens in captured variables that can be known at a time.</summary>
    public const int TokenCount = 1_024;

    /// <summary>The most bytes of a frame: four fit into a ring, so that neither side waits for the other with each.</summary>
    public const int LargestFrame = RingCapacity / 4;

    /// <summary>What calls leave free in the ring of requests, so that a worker can always be told to end: a header, and the rest of the ring before a wrap.</summary>
    public const int RoomForExit = 2 * FrameHeader.Size;

    /// <summary>The room for blobs of one side. Memory is used only for what is written.</summary>
    public const long BlobCapacity = 16L << 30;

    public const long Requests = 0;
    public const long Replies = Requests + RingLength;
    public const long Events = Replies + RingLength;
    public const long Slots = Events + RingLength;
    public const long Tokens = Slots + (SlotCount * SlotTable.SlotSize);
    public const long Blobs = Tokens + (TokenCount * sizeof(long));
    public const long Length = Blobs + BlobCapacity;

    private const long RingLength = PageSize + RingCapacity;
}
