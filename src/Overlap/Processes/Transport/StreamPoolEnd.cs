using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Native;

namespace Overlap.Processes.Transport;

/// <summary>The pool's end of the stream to one worker: stands in the worker's place at the rings and slots, which only the pool sees.</summary>
/// <remarks>
/// Two threads. The one that sends takes items as the worker would, by the same compare-and-swap, in the moment before it sends them: so what was
/// taken back is never sent, and of what was sent nothing is taken back. The worker has one call at a time, of which it may run few items ahead;
/// so the stream to it is never full of what it does not read, and words to the call that runs are never behind another call. The one that
/// receives writes frames into the rings, waiting where they are full.
/// </remarks>
internal sealed unsafe partial class StreamPoolEnd : IDisposable
{
    // A worker that has ended its stream is about to end.
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(5);

    private readonly IStreamOwner _owner;
    private readonly SafeFileHandle _socket;
    private readonly Doorbell _bell = new();
    private readonly RingReader _requests;
    private readonly RingWriter _replies;
    private readonly RingWriter _events;
    private readonly SlotTable _slots;
    private readonly byte* _blobs;
    private readonly byte* _arguments;
    private readonly BlobArea _results;
    private readonly ManualResetEventSlim _exited = new(initialState: false, spinCount: 0);
    private Thread? _sender;

    /// <param name="segment">The rings, slots and blobs of this worker; private.</param>
    /// <param name="arguments">Where the pool's large arguments are.</param>
    /// <param name="owner">Told of what happens.</param>
    public StreamPoolEnd(SharedSegment segment, SharedSegment arguments, IStreamOwner owner)
    {
        _owner = owner;
        byte* start = segment.Start;
        _blobs = start + SegmentLayout.Blobs;
        _arguments = arguments.Start;
        _requests = new RingReader(start + SegmentLayout.Requests);
        _replies = new RingWriter(start + SegmentLayout.Replies, start + SegmentLayout.Replies, owner.OnReplies);
        _events = new RingWriter(start + SegmentLayout.Events, start + SegmentLayout.Replies, owner.OnReplies);
        _slots = new SlotTable(start + SegmentLayout.Slots);
        _tokens = (long*)(start + SegmentLayout.Tokens);
        _results = new BlobArea(_blobs, segment.Length - SegmentLayout.Blobs, WarmLimit);
        (_socket, WorkersEnd) = DescriptorCalls.SocketPair();
        _input = new StreamInput(_socket);
        _output = new StreamOutput(_socket);
    }

    /// <summary>The other end: inherited by the worker, closed here once it has started.</summary>
    public SafeFileHandle WorkersEnd { get; }

    /// <summary>Wakes the sending thread: for whoever writes requests.</summary>
    public void Ring() => _bell.Ring();

    /// <summary>Makes the sending thread look at cancellations and credits. Never waits.</summary>
    public void Poke()
    {
        Volatile.Write(ref _isPoked, true);
        _bell.Ring();
    }

    /// <summary>Starts the threads: when the worker's process has started.</summary>
    public void Start()
    {
        WorkersEnd.Dispose();
        _sender = new Thread(SendAll, StackSize) { IsBackground = true, Name = "overlap stream to worker" };
        _sender.UnsafeStart();
        new Thread(ReceiveAll, StackSize) { IsBackground = true, Name = "overlap stream from worker" }.UnsafeStart();
    }

    /// <summary>The worker's process has ended. What it sent is still read; then the owner is told. Never waits.</summary>
    public void OnExited()
    {
        // Whatever holds the worker's end still, the stream ends here.
        DescriptorCalls.ShutDown(_socket);
        _exited.Set();
    }

    /// <summary>Nobody reads the rings any more: what comes is dropped. The rings' reader then gives their room back.</summary>
    public void Drop() => Volatile.Write(ref _drops, true);

    /// <summary>Frees what it holds, where the worker's process never started; else it does so itself.</summary>
    public void Dispose()
    {
        WorkersEnd.Dispose();
        _socket.Dispose();
        _exited.Dispose();
    }

    private void Finish()
    {
        // S5: the sender first: it may be writing to a worker that does not read.
        DescriptorCalls.ShutDown(_socket);
        Volatile.Write(ref _stops, true);
        _bell.Ring();
        _sender!.Join();
        if (!_exited.Wait(ExitGrace))
        {
            _owner.OnBroken("it ended its stream but not itself");
            _exited.Wait();
        }

        Dispose();
        _owner.OnEnded();
    }
}
