using System.Runtime.InteropServices;

namespace Overlap.Processes.Transport;

/// <summary>What stands before the payload of each frame.</summary>
/// <remarks>
/// Shape: 48 bytes, little-endian, on an 8-byte boundary. Fields that a kind has no use for are zero.
/// Units: timestamps of the monotonic clock, which all processes of a machine share.
/// Errors: the reader checks length and slot; a frame that cannot be costs the worker that sent it.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct FrameHeader
{
    public const int Size = 48;

    /// <summary>The length of the payload.</summary>
    public int PayloadLength;

    public FrameKind Kind;

    public FrameFlags Flags;

    private readonly short _reserved;

    /// <summary>Which of the calls at the worker is meant.</summary>
    public int Slot;

    /// <summary>Tells a call from an earlier one in the same slot.</summary>
    public int Generation;

    /// <summary>
    /// The function of a call, or what a definition defines. Of results that are refused: how long the other side asked to be left alone. Unit there:
    /// milliseconds; 0 when it did not say.
    /// </summary>
    public int Function;

    /// <summary>The place of the first item in the call.</summary>
    public int First;

    /// <summary>The number of items.</summary>
    public int Count;

    private readonly int _reserved2;

    /// <summary>Of a call: its number. Of results: when the first item started.</summary>
    public long StartedAt;

    /// <summary>When the last item of results ended.</summary>
    public long EndedAt;
}

/// <summary>What a frame is.</summary>
internal enum FrameKind : byte
{
    /// <summary>No frame: the rest of the ring is empty, the next one is at its begin.</summary>
    Wrap = 0,

    /// <summary>To the worker: all that it needs before its first call was sent.</summary>
    Start,

    /// <summary>To the worker: a function, before its first call.</summary>
    Define,

    /// <summary>To the worker: a function is not called any more.</summary>
    Forget,

    /// <summary>To the worker: a call of one item or more.</summary>
    Call,

    /// <summary>To the worker: end when all before is done.</summary>
    Exit,

    /// <summary>From the worker: it has started and its initialiser has run.</summary>
    Ready,

    /// <summary>From the worker: values of items, in order.</summary>
    Results,

    /// <summary>From the worker: an item threw.</summary>
    Failure,

    /// <summary>From the worker: a value of a stream.</summary>
    StreamItem,

    /// <summary>From the worker: a report of progress.</summary>
    Progress,

    /// <summary>From the worker: it cannot go on, and why.</summary>
    Broken,
}

/// <summary>What is special about a frame.</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,

    /// <summary>The payload is a reference to a blob that holds the payload.</summary>
    InBlob = 1,

    /// <summary>A call brings the values of its captured variables.</summary>
    Captures = 2,

    /// <summary>A call brings the context of a trace.</summary>
    Traced = 4,

    /// <summary>A call is taken down: its worker tells what processor time each item took.</summary>
    Recorded = 8,

    /// <summary>A failure is a cancellation.</summary>
    Canceled = 16,

    /// <summary>The function gives a stream of values.</summary>
    Stream = 32,

    /// <summary>A call whose token may be cancelled.</summary>
    Cancelable = 64,

    /// <summary>Of results, or of a failure: a call has reported that the other side has had enough.</summary>
    Refused = 128,
}
