using System.Collections.Concurrent;
using Overlap.Executors;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;
using Overlap.Timelines;

namespace Overlap.Processes.Dispatch;

/// <summary>A call that gives a stream: values lie ready for one consumer, never more than it allows.</summary>
internal sealed class StreamCall<T, TResult> : RemoteCall
{
    private readonly PoolFunction<T, TResult> _function;
    private readonly CallPayload _payload;
    private readonly string? _label;
    private readonly WakeSignal _consumer;
    private readonly int _ahead;

    // Filled by whoever reads replies, emptied by the consumer.
    private readonly ConcurrentQueue<TResult> _values = new();

    // Owned by whoever reads replies, but for what is written once before Complete.
    private long _arrived;
    private Exception? _unreadable;
    private Exception? _failure;

    // Written by the consumer under the pool's gate.
    private long _credit;

    // Owned by the consumer.
    private long _taken;
    private volatile bool _isComplete;

    public StreamCall(
        PoolFunction<T, TResult> function,
        Delegate target,
        T argument,
        ProcessCallOptions options,
        Crossings crossings,
        WakeSignal consumer,
        bool isLabeled,
        CancellationToken cancellationToken)
        : base(function, options, cancellationToken)
    {
        _function = function;
        _payload = CallPayload.Encode(function, target, argument, crossings);
        _consumer = consumer;
        _credit = _ahead = options.StreamBuffer;
        _label = isLabeled ? CallLabel.Of(argument) : null;
    }

    /// <summary>Why the call failed; <see langword="null"/> when the stream came to its end. Read once it is complete.</summary>
    public Exception? Failure => _failure;

    /// <summary>Whether nothing more comes.</summary>
    public bool IsComplete => _isComplete;

    /// <summary>Whether a value came that cannot be read: those before it are given, then the call is over for its consumer.</summary>
    public bool IsUnreadable => Volatile.Read(ref _unreadable) is not null;

    public override int Count => 1;

    public override string? Label => _label;

    public override bool IsInBlob => _payload.IsInBlob;

    // A consumer may leave at any time.
    public override bool IsCancelable => true;

    // Values that were given cannot be taken back.
    public override bool MayRunAgain => base.MayRunAgain && _arrived == 0;

    public override long Credit => Volatile.Read(ref _credit);

    public override SpanStatus Status =>
        _failure is null ? SpanStatus.Succeeded : _failure is OperationCanceledException ? SpanStatus.Canceled : SpanStatus.Failed;

    public override void Encode(PayloadWriter writer) => writer.WriteBytes(_payload.Bytes);

    public override void ReceiveStreamItem(ref PayloadReader reader)
    {
        if (IsEnded || _unreadable is not null)
        {
            return;
        }

        if (++_arrived > Credit)
        {
            throw new CorruptFrameException($"A stream gave {_arrived} values and was allowed {Credit}.");
        }

        try
        {
            _values.Enqueue(_function.Results.Read(ref reader));
        }
        catch (Exception exception) when (exception is not PayloadException)
        {
            // The user's own constructor or converter threw.
            Volatile.Write(ref _unreadable, new NotPortableException($"A value of {_function.Portable.Name} cannot be read: {exception.Message}", exception));
        }

        _consumer.Set();
    }

    // The end of the stream; its values came before.
    public override void Receive(in FrameHeader header, ref PayloadReader reader) => _failure = _unreadable;

    public override void ReceiveFailure(in FrameHeader header, Exception exception) => _failure = _unreadable ?? exception;

    public override void Fail(Exception exception) => _failure = _unreadable ?? exception;

    public override void Complete()
    {
        _isComplete = true;
        _consumer.Set();
    }

    /// <summary>Takes the next value that lies ready. By the consumer.</summary>
    /// <param name="value">The value.</param>
    /// <param name="credit">How many values the worker may give from now on in all; 0 when that need not change.</param>
    public bool TryTake(out TResult value, out long credit)
    {
        credit = 0;
        if (!_values.TryDequeue(out value!))
        {
            return false;
        }

        // By half the room at a time: telling the worker may mean waking it.
        _taken++;
        if (_credit - _taken <= _ahead / 2)
        {
            credit = _taken + _ahead;
        }

        return true;
    }

    /// <summary>Allows more values. Under the pool's gate.</summary>
    public void Allow(long credit) => Volatile.Write(ref _credit, credit);

    protected override void ReleaseBorder() => _payload.Release();
}
