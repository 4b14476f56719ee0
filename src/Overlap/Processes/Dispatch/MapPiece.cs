using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Overlap.Executors;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;
using Overlap.Timelines;

namespace Overlap.Processes.Dispatch;

/// <summary>Neighbouring items of a map on their way through a pool: as many as one worker does in one go, fewer when others help.</summary>
internal sealed class MapPiece<T, TResult> : RemoteCall
{
    private readonly PoolFunction<T, TResult> _function;
    private readonly MapBlock<T, TResult>? _block;
    private readonly WakeSignal _consumer;

    // Written under the pool's gate or before publication, read by the consumer.
    private int _count;
    // Guarded by the consumer's links, read by the consumer.
    private MapPiece<T, TResult>? _following;

    // Written by whoever reads replies, before the items are published.
    private int _failedAt = int.MaxValue;
    private Exception? _failure;
    private SpanStatus _status;
    private int _published;

    public MapPiece(
        PoolFunction<T, TResult> function,
        MapBlock<T, TResult> block,
        int offset,
        int count,
        WakeSignal consumer,
        ProcessCallOptions options,
        CancellationToken cancellationToken)
        : base(function, options, cancellationToken)
    {
        IsOfMap = true;
        _function = function;
        _block = block;
        Offset = offset;
        _count = count;
        _consumer = consumer;
    }

    /// <summary>A piece of one item that could not be sent.</summary>
    public MapPiece(PoolFunction<T, TResult> function, Exception failure, WakeSignal consumer)
        : base(function, ProcessCallOptions.Default, CancellationToken.None)
    {
        _function = function;
        _consumer = consumer;
        _count = 1;
        _published = 1;
        NoteFailure(0, failure);
        _ = TryEnd();
    }

    /// <summary>The place of its first item in the block.</summary>
    public int Offset { get; }

    public override int Count => Volatile.Read(ref _count);

    /// <summary>What follows in the order of the source.</summary>
    public MapPiece<T, TResult>? Following
    {
        get => Volatile.Read(ref _following);
        private set => Volatile.Write(ref _following, value);
    }

    /// <summary>The block, when it was sent as this one piece.</summary>
    public MapBlock<T, TResult>? WholeBlock => _block is { IsWhole: true } && IsEnded ? _block : null;

    /// <summary>The results, from <see cref="Offset"/> on.</summary>
    public TResult[] Results => _block?.Results ?? [];

    /// <summary>How many items the consumer may look at.</summary>
    public int Published => Volatile.Read(ref _published);

    /// <summary>The first item that failed, or more than there are.</summary>
    public int FailedAt => _failedAt;

    public Exception? Failure => _failure;

    public override string? Label => _block is null ? null : CallLabel.Of(_block.Items[Offset]);

    public override SpanStatus Status => _status;

    public override bool IsInBlob => _block is { IsInBlob: true };

    public override void Encode(PayloadWriter writer) => _block!.Encode(writer, Offset, _count);

    public override void Receive(in FrameHeader header, ref PayloadReader reader)
    {
        _status = SpanStatus.Succeeded;
        Span<TResult> results = _block!.Results.AsSpan(Offset + header.First, header.Count);
        if (_function.Results.TakesAnyBytes)
        {
            reader.ReadBytes(results.Length * _function.Results.FixedSize)
                .CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<TResult, byte>(ref MemoryMarshal.GetReference(results)), results.Length * _function.Results.FixedSize));
            return;
        }

        for (int i = 0; i < results.Length; i++)
        {
            try
            {
                results[i] = _function.Results.Read(ref reader);
            }
            catch (Exception exception) when (exception is not PayloadException { IsOfTheBytes: true })
            {
                // The user's own constructor or converter threw; the bytes after it cannot be told apart from its own.
                NoteFailure(header.First + i, new NotPortableException(
                    $"The result of {_function.Portable.Name} cannot be read: {exception.Message}", exception));
                return;
            }
        }
    }

    public override void ReceiveFailure(in FrameHeader header, Exception exception) => NoteFailure(header.First, exception);

    public override void Publish()
    {
        Volatile.Write(ref _published, Received);
        _consumer.Set();
    }

    public override void Fail(Exception exception)
    {
        // What has come stays; the rest has this failure.
        NoteFailure(Received, exception);
        Volatile.Write(ref _published, Math.Max(Received, Math.Min(Count, Received + 1)));
    }

    public override void Complete() => _consumer.Set();

    public override void Shorten(int items)
    {
        Volatile.Write(ref _count, _count - items);
        _consumer.Set();
    }

    public override RemoteCall Split(int first, int count)
    {
        _block!.AddPiece();
        MapPiece<T, TResult> rest = new(_function, _block, Offset + first, count, _consumer, Options, Token)
        {
            Number = Number + first,
            QueuedAt = QueuedAt,
        };
        _consumer.Links.Enter();
        rest._following = _following;
        Following = rest;
        _consumer.Links.Exit();
        Shorten(_count - first);
        return rest;
    }

    /// <summary>Puts a piece behind this one and what was split off it.</summary>
    public void Append(MapPiece<T, TResult> piece)
    {
        _consumer.Links.Enter();
        MapPiece<T, TResult> last = this;
        while (last._following is { } next)
        {
            last = next;
        }

        last.Following = piece;
        _consumer.Links.Exit();
    }

    protected override void ReleaseBorder() => _block?.ReleasePiece();

    private void NoteFailure(int index, Exception exception)
    {
        _status = exception is OperationCanceledException ? SpanStatus.Canceled : SpanStatus.Failed;
        if (index < _failedAt)
        {
            _failedAt = index;
            _failure = exception;
        }
    }
}
