using System.Collections.Concurrent;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Hosting;

/// <summary>A worker's side of what crosses beside plain bytes: blobs, tokens, reports of progress.</summary>
internal sealed unsafe class WorkerBorder : IValueBorder
{
    // A worker's results are read soon: little is kept warm for them.
    private const long WarmLimit = 256L << 20;

    [ThreadStatic]
    private static PayloadWriter? _report;

    private readonly bool _isShared;
    private readonly SharedSegment _arguments;
    private readonly BlobArea _results;
    private readonly TokenTable _canceled;
    private readonly RingWriter _events;
    private readonly Lock _eventsGate = new();
    private readonly ConcurrentDictionary<long, CancellationTokenSource> _tokens = new();

    // Owned by the worker's thread, which alone reads values.
    private Loan _loan = new();

    public WorkerBorder(WorkerMemory memory)
    {
        byte* start = memory.Segment.Start;
        _isShared = memory.StreamEnd is null;
        _arguments = memory.Arguments;
        Buffers = memory.Buffers;
        _results = new BlobArea(start + SegmentLayout.Blobs, memory.Segment.Length - SegmentLayout.Blobs, WarmLimit);
        _canceled = new TokenTable(start + SegmentLayout.Tokens);
        _events = new RingWriter(start + SegmentLayout.Events, start + SegmentLayout.Replies, memory.StreamEnd is { } stream ? stream.Send : null);
    }

    public SharedSegment Buffers { get; }

    public bool IsWorkerSide => true;

    public bool TryPutBlob(ReadOnlySpan<byte> bytes, out BlobReference reference)
    {
        reference = default;
        return _isShared && TryPut(bytes, out reference);
    }

    /// <summary>Puts a whole payload, which also a stream's end finds again.</summary>
    public bool TryPut(ReadOnlySpan<byte> bytes, out BlobReference reference)
    {
        if (!_results.TryTake(bytes.Length, out reference))
        {
            return false;
        }

        bytes.CopyTo(_results[reference]);
        return true;
    }

    public Memory<byte> GetBlob(BlobReference reference) =>
        BlobArea.IsInside(reference, _arguments.Length)
            ? new SharedMemory(_arguments.Start + reference.Offset, reference.Length).Memory
            : throw PayloadException.Nonsense("place of bytes");

    public void ReleaseBlob(BlobReference reference)
    {
        // Arguments belong to the call: the pool takes them back at its end.
    }

    public BlobReference LendBuffer(SharedBuffer buffer) => throw new NotPortableException("A SharedBuffer travels to a worker, not back.");

    public SharedBuffer GetBuffer(BlobReference reference)
    {
        if (!BlobArea.IsInside(reference, Buffers.Length) || reference.Length == 0)
        {
            throw PayloadException.Nonsense("place of a buffer");
        }

        BufferMemory memory = new(Buffers.Start + reference.Offset, reference.Length, onUnused: null);
        _loan.AddBuffer(memory);
        return new SharedBuffer(memory, reference, pool: null);
    }

    public long AddToken(CancellationToken token) => throw new NotPortableException("A token made in a worker cannot be sent to the pool.");

    public CancellationToken GetToken(long number)
    {
        CancellationTokenSource source = _tokens.GetOrAdd(number, static _ => new CancellationTokenSource());
        _loan.AddToken(number);
        if (_canceled.IsCanceled(number))
        {
            source.Cancel();
        }

        return source.Token;
    }

    /// <summary>Takes over what was lent since the last time: it belongs to a function, not to a call.</summary>
    /// <returns><see langword="null"/> if there is nothing.</returns>
    public Loan? TakeLoan()
    {
        Loan loan = _loan;
        if (loan.IsEmpty)
        {
            return null;
        }

        _loan = new Loan();
        return loan;
    }

    /// <summary>Ends what was lent since the last time: the call is over.</summary>
    public void EndLoan() => EndLoan(_loan);

    public void EndLoan(Loan loan)
    {
        if (!loan.IsEmpty)
        {
            loan.End(number => _tokens.TryRemove(number, out _));
        }
    }

    /// <summary>Cancels the tokens that the pool says are cancelled.</summary>
    public void CancelTokens()
    {
        foreach ((long number, CancellationTokenSource source) in _tokens)
        {
            if (_canceled.IsCanceled(number) && _tokens.TryRemove(number, out _))
            {
                Waiting.Continuations.Post(static source => ((CancellationTokenSource)source!).Cancel(), source);
            }
        }
    }

    public long AddProgress(IProgressReceiver receiver) => throw new NotPortableException("Progress made in a worker cannot be sent to the pool.");

    public PayloadWriter RentWriter()
    {
        PayloadWriter writer = _report ??= new PayloadWriter(this);
        writer.Clear();
        return writer;
    }

    public void Report(long number, PayloadWriter payload)
    {
        if (payload.Length > SegmentLayout.LargestFrame)
        {
            throw new ValueTooLargeException();
        }

        using Lock.Scope held = _eventsGate.EnterScope();
        FrameHeader* frame;
        while (!_events.TryReserve(payload.Length, out frame))
        {
            _events.WakeReader();
            _events.WaitForRoom();
        }

        frame->Kind = FrameKind.Progress;
        frame->StartedAt = number;
        payload.Written.CopyTo(new Span<byte>((byte*)frame + FrameHeader.Size, payload.Length));
        _events.Commit(frame);
        _events.Publish();
        _events.WakeReader();
    }
}
