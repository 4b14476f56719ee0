using System.Runtime.InteropServices;
using Overlap.Executors;
using Overlap.Processes.Native;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;
using Overlap.Processes.Workers;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Processes.Dispatch;

/// <summary>The pool's end of one worker: its process, the rings, and the calls that are there.</summary>
internal sealed unsafe class WorkerLink : NoBorder, IWorkerEvents, IStreamOwner
{
    private readonly WorkerPool _pool;

    // In place of shared memory.
    private readonly StreamPoolEnd? _stream;
    private WorkerExit _exit;
    private volatile bool _isLed;
    private volatile bool _hasEnded;

    public WorkerLink(WorkerPool pool, int number, LaneRecorder? lane, PoolMemory memory)
    {
        _pool = pool;
        Number = number;
        Lane = lane;
        Segment = memory.CreateWorkerSegment();
        byte* start = Segment.Start;
        _stream = memory.IsShared ? null : new StreamPoolEnd(Segment, memory.Arguments, this);
        Requests = new RingWriter(start + SegmentLayout.Requests, start + SegmentLayout.Requests, _stream is null ? null : _stream.Ring);
        Replies = new RingReader(start + SegmentLayout.Replies);
        Events = new RingReader(start + SegmentLayout.Events);
        Slots = new SlotTable(start + SegmentLayout.Slots);
        Tokens = new TokenTable(start + SegmentLayout.Tokens);
    }

    public int Number { get; }

    public LaneRecorder? Lane { get; }

    public SharedSegment Segment { get; }

    public SlotTable Slots { get; }

    public TokenTable Tokens { get; }

    public CallCounts Counts { get; } = new();

    /// <summary>Set once, when the process has started.</summary>
    public WorkerProcess? Process { get; private set; }

    // Guarded by the pool's gate.
    public RingWriter Requests { get; }

    public LinkState State { get; set; }

    public FreeSlots FreeSlots { get; } = new();

    public HashSet<PoolFunction> Defined { get; } = [];

    /// <summary>The calls at the worker, in the order they were sent.</summary>
    public IntrusiveQueue<RemoteCall> Sent;

    /// <summary>How long the calls at the worker are thought to take. Unit: nanoseconds.</summary>
    public double Ahead { get; set; }

    public long CallsDone { get; set; }

    /// <summary>Since when it has nothing to do.</summary>
    public long IdleSince { get; set; }

    /// <summary>Whether the frame was sent that ends it in peace.</summary>
    public bool IsToldToExit { get; set; }

    /// <summary>Why it is being ended, when the pool ends it.</summary>
    public string? Reason { get; set; }

    /// <summary>What it said when it could not start.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Set under the pool's gate before a call is sent, read by whoever reads the replies.</summary>
    public RemoteCall?[] Calls { get; } = new RemoteCall?[SegmentLayout.SlotCount];

    public int[] Generations { get; } = new int[SegmentLayout.SlotCount];

    /// <summary>Held by whoever reads replies: the pool's reader, a caller who waits for its own, or who buries the worker.</summary>
    public Lock ReadGate { get; } = new();

    // Guarded by ReadGate.
    public RingReader Replies { get; }

    public RingReader Events { get; }

    /// <summary>The calls that have ended and hold their slot still.</summary>
    public List<RemoteCall> Ended { get; } = [];

    public bool IsReadOut { get; set; }

    /// <summary>How a caller who waits for its own reply looks for it.</summary>
    public PeerSpin CallerSpin = new();

    /// <summary>Whether a caller reads the replies, in place of the pool's reader.</summary>
    public bool IsLed => _isLed;

    /// <summary>Whether the process has ended.</summary>
    public bool HasEnded => _hasEnded;

    public bool HasReplies => Replies.HasData || Events.HasData;

    /// <summary>What the process inherits to hear the pool by.</summary>
    public IReadOnlyList<SafeHandle> Inherited(PoolMemory memory) =>
        _stream is null ? [Segment.File, memory.ArgumentsToRead!, memory.Buffers.File] : [_stream.WorkersEnd];

    /// <summary>Starts the process.</summary>
    public void Start(WorkerLaunch launch)
    {
        try
        {
            Process = WorkerProcess.Start(launch, this);
        }
        catch
        {
            _stream?.Dispose();
            throw;
        }

        _stream?.Start();
    }

    /// <summary>Frees the stream of a worker that is gone, or never was.</summary>
    public void DisposeStream() => _stream?.Dispose();

    /// <summary>Lets nothing more come: whoever holds the reading gate has given the worker up.</summary>
    public void StopReceiving()
    {
        if (_stream is not null)
        {
            // In this order: who waits for room must find that nobody reads, or the room.
            _stream.Drop();
            Replies.Abandon();
            Events.Abandon();
        }
    }

    /// <summary>Makes the current thread the one that reads the replies. The pool's reader then leaves them alone, and the memory stays mapped.</summary>
    public bool TryLead()
    {
        ReadGate.Enter();
        bool leads = !IsReadOut && !_isLed && !_hasEnded;
        if (leads)
        {
            _isLed = true;
            Volatile.Write(ref *Replies.CallerWaiting, RingWords.Looking);
        }

        ReadGate.Exit();
        return leads;
    }

    /// <summary>Gives the replies back to the pool's reader, and wakes it if there are some.</summary>
    public void EndLead()
    {
        ReadGate.Enter();
        _isLed = false;
        Volatile.Write(ref *Replies.CallerWaiting, RingWords.Awake);

        // From here on the worker wakes the reader; what came before, the reader must be told of.
        Interlocked.MemoryBarrier();
        if (HasReplies && Volatile.Read(ref *Replies.ConsumerWaiting) != RingWords.Awake)
        {
            Replies.WakeUp();
            MemoryCalls.Wake(Replies.ConsumerWaiting);
            if (_stream is not null)
            {
                _pool.TellReader();
            }
        }

        ReadGate.Exit();
    }

    /// <summary>Sleeps until there are replies, or somebody calls <see cref="WakeLeader"/>. By who leads.</summary>
    public void SleepAsLeader(RemoteCall call)
    {
        int* word = Replies.CallerWaiting;
        Volatile.Write(ref *word, RingWords.Asleep);
        Interlocked.MemoryBarrier();
        if (!HasReplies && !_hasEnded && !call.IsEnded)
        {
            MemoryCalls.WaitWhile(word, RingWords.Asleep);
        }

        Volatile.Write(ref *word, RingWords.Looking);
    }

    /// <summary>Makes who leads look around. The worker must not be buried meanwhile.</summary>
    public void WakeLeader()
    {
        int* word = Replies.CallerWaiting;
        if (Interlocked.CompareExchange(ref *word, RingWords.Looking, RingWords.Asleep) == RingWords.Asleep)
        {
            MemoryCalls.Wake(word);
        }
    }

    /// <summary>Notes that the process has ended, and makes who leads let go.</summary>
    public void End()
    {
        _hasEnded = true;
        WakeLeader();
    }

    /// <summary>Says something to the worker's listening thread: that it should look at cancellations.</summary>
    public void Poke()
    {
        if (_stream is not null)
        {
            _stream.Poke();
        }
        else
        {
            Process?.Poke(0);
        }
    }

    public override Memory<byte> GetBlob(BlobReference reference) =>
        BlobArea.IsInside(reference, Segment.Length - SegmentLayout.Blobs)
            ? new SharedMemory(Segment.Start + SegmentLayout.Blobs + reference.Offset, reference.Length).Memory
            : throw PayloadException.Nonsense("place of bytes");

    public override void ReleaseBlob(BlobReference reference) => BlobArea.Release(Segment.Start + SegmentLayout.Blobs, reference);

    void IWorkerEvents.OnExited(WorkerProcess worker, WorkerExit exit)
    {
        if (_stream is null)
        {
            _pool.OnExited(this, exit);
            return;
        }

        // What it sent lies in the stream still: the end is told when that is read.
        _exit = exit;
        _stream.OnExited();
    }

    void IWorkerEvents.OnOutput(WorkerProcess worker, WorkerOutputLine line) => _pool.OnOutput(line);

    void IStreamOwner.OnReplies() => _pool.TellReader();

    void IStreamOwner.OnBroken(string reason) => _pool.Condemn(this, reason, LinkState.Condemned);

    void IStreamOwner.OnEnded() => _pool.OnExited(this, _exit);
}
