using System.Runtime.InteropServices;

namespace Overlap.Processes.Transport;

/// <summary>What stands before each thing that crosses a stream: a frame of a ring, or the change of a word that shared memory would have shown.</summary>
/// <remarks>
/// Shape: 32 bytes, little-endian; then, with a frame, its header of 48 bytes and its payload, however long. Fields that a kind has no use for are zero.
/// Units: bytes; items.
/// Errors: both readers check the kind, and the length against that in the frame's header; what cannot be costs the worker.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct StreamMessage
{
    public const int Size = 32;

    /// <summary>How many bytes follow.</summary>
    public int Length;

    public StreamMessageKind Kind;

    /// <summary>Which call is meant.</summary>
    public int Slot;

    public int Generation;

    /// <summary>How many items of the call may run in all.</summary>
    public int Granted;

    private readonly int _reserved;

    /// <summary>The credit of a stream of values, or the number of a token.</summary>
    public long Value;
}

/// <summary>What crosses a stream.</summary>
internal enum StreamMessageKind
{
    /// <summary>Nothing: no such message is ever sent.</summary>
    None = 0,

    /// <summary>To the worker: a frame of the ring of requests. With a call: so many of its items may run.</summary>
    Request,

    /// <summary>To the worker: more items of its call may run.</summary>
    Grant,

    /// <summary>To the worker: no more items of its call may run than were granted.</summary>
    NoMore,

    /// <summary>To the worker: its call is to be cancelled.</summary>
    Cancel,

    /// <summary>To the worker: the stream of its call may give so many values in all.</summary>
    Credit,

    /// <summary>To the worker: a token is cancelled.</summary>
    Token,

    /// <summary>From the worker: a frame of the ring of replies.</summary>
    Reply,

    /// <summary>From the worker: a frame of the ring of events.</summary>
    Event,
}
