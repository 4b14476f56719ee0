using System.Diagnostics;
using Overlap.Executors;
using Overlap.Processes.Functions;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Hosting;

/// <summary>A worker's side of the pool: reads calls, runs one at a time on this thread, sends what came of them.</summary>
internal sealed unsafe class WorkerHost
{
    // A reader that sleeps lightly is woken for so many replies at once.
    private const int RepliesPerWake = 32;

    // After a call as long as this its reply is not held back.
    private const long LongCallNanoseconds = 20_000;

    private static readonly long LongCallTicks = LongCallNanoseconds * TimeProvider.System.TimestampFrequency / 1_000_000_000;

    private readonly RingReader _requests;
    private readonly RingWriter _replies;
    private readonly StreamWorkerEnd? _stream;
    private readonly WorkerBorder _border;
    private readonly CurrentCall _current;
    private readonly LoadedCode _code = new();
    private readonly Dictionary<int, RemoteFunction> _functions = [];
    private readonly Dictionary<int, Loan> _functionLoans = [];
    private readonly WorkerRefusals _refusals = new();
    private ExecutionContext? _outside;
    private ValueCodecs _codecs = new();
    private PeerSpin _spin = new();
    private Action? _initialize;
    private bool _isReady;
    private int _unheard;

    // What the console asks for; other threads of the call print too.
    private long _callNumber;

    public WorkerHost(WorkerMemory memory)
    {
        byte* start = memory.Segment.Start;
        _stream = memory.StreamEnd;
        _requests = new RingReader(start + SegmentLayout.Requests);
        _replies = new RingWriter(start + SegmentLayout.Replies, start + SegmentLayout.Replies, _stream is null ? null : _stream.Send);
        Slots = new SlotTable(start + SegmentLayout.Slots);
        _border = new WorkerBorder(memory);
        _current = new CurrentCall(Slots);
        Writer = new PayloadWriter(_border);
        Context = new WorkerContext(null, 0, null, null, _refusals);
        FunctionCodecs.Install(_codecs, _code);
    }

    /// <summary>The first function numbers are the pool's own.</summary>
    public const int Initializer = 1;
    public const int WorkerState = 2;
    public const int JsonContext = 3;
    public const int FirstFunction = 4;

    // As sysexits.h has it: an internal software error.
    private const int CannotStart = 70;

    public SlotTable Slots { get; }

    /// <summary>The most items that are taken at a time. One where a result must be out of the process before the next item begins.</summary>
    public int LargestStride => _stream is null ? 1_024 : 1;

    /// <summary>Results do not wait longer than this for those after them. Unit: nanoseconds.</summary>
    public long LongestFrame => _stream is null ? 200_000 : 0;

    /// <summary>For results; used by the thread that runs the calls.</summary>
    public PayloadWriter Writer { get; }

    public WorkerContext Context { get; private set; }

    public CallMeter Meter { get; } = new();

    /// <summary>Works until the pool says that it is enough. When the pool's process is gone the control thread ends this one.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(WorkerControl control)
    {
        using WorkerMemory memory = WorkerMemory.Inherit();
        WorkerHost host = new(memory);
        WorkerConsole.RunningCall = () => Volatile.Read(ref host._callNumber);
        control.Listen(_ => host.OnPoke());
        memory.StreamEnd?.Start(host.OnPoke);
        return host.Run();
    }

    /// <summary>Runs calls until the pool says that it was the last.</summary>
    /// <returns>The exit code: not 0 when the worker could not start, and the pool was told why.</returns>
    public int Run()
    {
        try
        {
            RunCalls();
            return 0;
        }
        catch (Exception exception) when (!_isReady)
        {
            SendFailure(new FrameHeader(), default, exception, FrameKind.Broken);
            _replies.WakeReader();
            return CannotStart;
        }
    }

    private void RunCalls()
    {
        while (true)
        {
            if (!_requests.TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload))
            {
                _requests.Release();
                WaitForRequest();
                continue;
            }

            if (header.Kind == FrameKind.Exit)
            {
                Context.DisposeAsync().AsTask().GetAwaiter().GetResult();
                return;
            }

            Handle(header, payload);
            _requests.ReleaseLazily();
        }
    }

    /// <summary>Looks whether a call or a token was cancelled. Called on the thread that listens to the pool.</summary>
    public void OnPoke()
    {
        _current.CancelIfRequested();
        _border.CancelTokens();
    }

    /// <summary>Makes a call the current one.</summary>
    /// <returns>Its token.</returns>
    public CancellationToken Enter(in FrameHeader header)
    {
        _callNumber = header.StartedAt;
        return (header.Flags & FrameFlags.Cancelable) != 0 ? _current.Enter(header.Slot, header.Generation) : CancellationToken.None;
    }

    /// <summary>Ends the current call: what it left on this thread is gone.</summary>
    public void Leave(in FrameHeader header)
    {
        if ((header.Flags & FrameFlags.Cancelable) != 0)
        {
            _current.Leave();
        }

        WorkerConsole.EndCall(header.StartedAt);
        _callNumber = 0;
        if (_outside is not null)
        {
            ExecutionContext.Restore(_outside);
        }

        SynchronizationContext.SetSynchronizationContext(null);
    }

    /// <summary>Takes the next items of a call for running.</summary>
    /// <returns>How many were taken; 0 when the pool has taken the rest back.</returns>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public int Take(in FrameHeader call, int wanted, out int first)
    {
        int taken = Slots.Take(call.Slot, call.Generation, wanted, out first);
        return taken > 0 || _stream is null ? taken : _stream.TakeGranted(call, wanted, out first);
    }

    /// <summary>Makes room for a reply.</summary>
    public FrameHeader* Reserve(int payloadLength)
    {
        FrameHeader* frame;
        while (!_replies.TryReserve(payloadLength, out frame))
        {
            _replies.Publish();
            _replies.WakeReader();
            _unheard = 0;
            _replies.WaitForRoom();
        }

        return frame;
    }

    /// <summary>Sends the frame that was reserved and filled.</summary>
    public void SendReserved(FrameHeader* frame)
    {
        bool wasLong = frame->EndedAt - frame->StartedAt >= LongCallTicks;
        if (frame->Kind is FrameKind.Results or FrameKind.Failure && Context.TakeRefused())
        {
            frame->Flags |= FrameFlags.Refused;
            frame->Function = _refusals.Milliseconds;
        }

        _replies.Commit(frame);
        _replies.Publish();
        if (++_unheard >= RepliesPerWake || wasLong || _replies.IsReaderFastAsleep)
        {
            _unheard = 0;
            _replies.WakeReader();
        }
    }

    public void Send(in FrameHeader header, PayloadWriter payload) => Send(header, payload.Written);

    public void Send(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > SegmentLayout.LargestFrame)
        {
            SendBlob(header, payload);
            return;
        }

        FrameHeader* frame = Reserve(payload.Length);
        *frame = header with { PayloadLength = payload.Length };
        payload.CopyTo(new Span<byte>((byte*)frame + FrameHeader.Size, payload.Length));
        SendReserved(frame);
    }

    /// <summary>Sends a value that does not wait for others.</summary>
    public void SendNow(in FrameHeader header, PayloadWriter payload)
    {
        Send(header, payload);
        _unheard = 0;
        _replies.WakeReader();
    }

    public void SendFailure(in FrameHeader header, CallReading reading, Exception exception, FrameKind kind = FrameKind.Failure)
    {
        Writer.Clear();
        FrameFlags flags = header.Flags | (exception is OperationCanceledException ? FrameFlags.Canceled : FrameFlags.None);
        if ((flags & FrameFlags.Recorded) != 0)
        {
            Writer.Write(reading);
        }

        RemoteException.Write(Writer, exception);
        Send(header with { Kind = kind, Flags = flags }, Writer);
    }

    /// <summary>Waits until a stream may give one more value, or its call is cancelled.</summary>
    public void WaitForCredit(in FrameHeader header, long given, CancellationToken cancellationToken) =>
        _current.WaitForCredit(header.Slot, given, cancellationToken);

    private void SendBlob(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!_border.TryPut(payload, out BlobReference reference))
        {
            throw new ValueTooLargeException();
        }

        FrameHeader* frame = Reserve(sizeof(BlobReference));
        *frame = header with { PayloadLength = sizeof(BlobReference), Flags = header.Flags | FrameFlags.InBlob };
        *(BlobReference*)((byte*)frame + FrameHeader.Size) = reference;
        SendReserved(frame);
    }

    private void Handle(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if ((header.Flags & FrameFlags.InBlob) != 0)
        {
            payload = _border.GetBlob(new PayloadReader(payload, _border).Read<BlobReference>()).Span;
        }

        PayloadReader reader = new(payload, _border);
        switch (header.Kind)
        {
            case FrameKind.Define:
                Define(header, ref reader);
                break;
            case FrameKind.Forget:
                _ = _functions.Remove(header.Function);
                if (_functionLoans.Remove(header.Function, out Loan? loan))
                {
                    _border.EndLoan(loan);
                }

                break;
            case FrameKind.Start:
                Start();
                break;
            case FrameKind.Call:
                Call(header, ref reader);
                break;
            default:
                throw new CorruptFrameException($"The pool sent a frame of kind {header.Kind}.");
        }
    }

    private void Define(in FrameHeader header, ref PayloadReader reader)
    {
        try
        {
            if (header.Function == WorkerState)
            {
                Func<object> makeState = (Func<object>)ResolvedFunction.Read(ref reader, _code, _codecs).Bind(ref reader);
                Context = new WorkerContext(null, 0, makeState, null, _refusals);
            }
            else if (header.Function == Initializer)
            {
                _initialize = (Action)ResolvedFunction.Read(ref reader, _code, _codecs).Bind(ref reader);
            }
            else if (header.Function == JsonContext)
            {
                _codecs = JsonContextOf.Codecs(TypeIdentity.Read(ref reader, _code));
                FunctionCodecs.Install(_codecs, _code);
            }
            else
            {
                _functions[header.Function] = RemoteFunction.Read(ref reader, header.Flags, _code, _codecs);
                if (_border.TakeLoan() is { } loan)
                {
                    _functionLoans[header.Function] = loan;
                }
            }
        }
        catch (Exception exception) when (header.Function >= FirstFunction)
        {
            // The fault of the calls, not of the worker.
            _functions[header.Function] = new BrokenFunction(exception);
        }
    }

    private void Start()
    {
        _ = Context.EnterThread();
        Context.EnterFlow();
        _outside = ExecutionContext.Capture();
        _initialize?.Invoke();
        _isReady = true;
        Send(new FrameHeader { Kind = FrameKind.Ready }, default(ReadOnlySpan<byte>));
        _replies.WakeReader();
    }

    private void Call(in FrameHeader header, ref PayloadReader reader)
    {
        if (!_functions.TryGetValue(header.Function, out RemoteFunction? function))
        {
            throw new CorruptFrameException($"The pool called function {header.Function} without defining it.");
        }

        if ((header.Flags & FrameFlags.Traced) == 0)
        {
            function.Run(header, ref reader, this);
        }
        else
        {
            RunTraced(function, header, ref reader);
        }

        // Only now: what was lent to the call may be in its result.
        _border.EndLoan();
    }

    private void RunTraced(RemoteFunction function, in FrameHeader header, ref PayloadReader reader)
    {
        ActivityTraceId trace = ActivityTraceId.CreateFromBytes(reader.ReadBytes(16));
        ActivitySpanId parent = ActivitySpanId.CreateFromBytes(reader.ReadBytes(8));
        ActivityTraceFlags flags = (ActivityTraceFlags)reader.Read<byte>();
        using Activity activity = new("overlap.call");
        _ = activity.SetParentId(trace, parent, flags).Start();
        function.Run(header, ref reader, this);
    }

    private void WaitForRequest()
    {
        if (_unheard > 0)
        {
            _unheard = 0;
            _replies.WakeReader();
        }

        if (_spin.TryAwait(_requests))
        {
            return;
        }

        _requests.Announce(RingWords.Asleep);
        if (!_requests.HasData)
        {
            Native.MemoryCalls.WaitWhile(_requests.ConsumerWaiting, RingWords.Asleep);
        }

        _requests.WakeUp();
    }
}
