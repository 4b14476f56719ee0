using Overlap.Executors;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;
using Overlap.Timelines;

namespace Overlap.Processes.Dispatch;

/// <summary>A call of one item, whose end is a task.</summary>
internal sealed class SingleCall<T, TResult> : RemoteCall
{
    // Half a frame of characters, or of bytes less.
    private const int LongestWrittenLater = SegmentLayout.LargestFrame / 4;

    private readonly PoolFunction<T, TResult> _function;

    // An argument that nobody can change is written when it is sent; any other was written when it was given.
    private readonly T _argument;
    private readonly CallPayload? _payload;
    private readonly string? _label;

    // Continuations of the caller never run on the thread that reads replies: they could block it.
    private readonly TaskCompletionSource<TResult> _future = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;
    private Exception? _failure;
    private WorkerLink? _leading;
    private CancellationTokenRegistration _registration;

    public SingleCall(
        PoolFunction<T, TResult> function,
        Delegate target,
        T argument,
        ProcessCallOptions options,
        Crossings crossings,
        bool isLabeled,
        CancellationToken cancellationToken)
        : base(function, options, cancellationToken)
    {
        _function = function;
        _argument = argument;
        if (!CallPayload.BringsCaptures(function) && IsWrittenLater(function.Arguments, argument))
        {
            return;
        }

        _payload = CallPayload.Encode(function, target, argument, crossings);
        _argument = default!;
        _label = isLabeled ? CallLabel.Of(argument) : null;
    }

    // Only what surely fits into a frame and needs nothing of the border: it is written under the pool's gate, where nothing may fail.
    private static bool IsWrittenLater(ValueCodec<T> codec, T argument) =>
        codec.LeastSize == 0 || codec.FixedSize is > 0 and <= LongestWrittenLater || argument is string { Length: <= LongestWrittenLater };

    public override bool IsInBlob => _payload is { IsInBlob: true };

    public Task<TResult> Task => _future.Task;

    public override int Count => 1;

    public override string? Label => _payload is null ? CallLabel.Of(_argument) : _label;

    public override SpanStatus Status =>
        _failure is null ? SpanStatus.Succeeded : _failure is OperationCanceledException ? SpanStatus.Canceled : SpanStatus.Failed;

    public override void Encode(PayloadWriter writer)
    {
        if (_payload is { } payload)
        {
            writer.WriteBytes(payload.Bytes);
        }
        else
        {
            _function.Arguments.Write(writer, _argument);
        }
    }

    public override void Receive(in FrameHeader header, ref PayloadReader reader)
    {
        try
        {
            _result = _function.Results.Read(ref reader);
        }
        catch (PayloadException exception) when (exception.IsOfTheBytes)
        {
            throw;
        }
        catch (Exception exception)
        {
            // The user's own constructor or converter threw.
            _failure = new NotPortableException($"The result of {_function.Portable.Name} cannot be read: {exception.Message}", exception);
        }
    }

    public override void ReceiveFailure(in FrameHeader header, Exception exception) => _failure = exception;

    public override void Fail(Exception exception) => _failure = exception;

    /// <summary>The worker whose replies the caller reads itself; it sleeps on them, not on the task.</summary>
    public WorkerLink? Leading
    {
        get => Volatile.Read(ref _leading);
        set => Volatile.Write(ref _leading, value);
    }

    /// <summary>Keeps what makes the caller's cancellation reach the call. Called once, after it was submitted.</summary>
    public void Attach(CancellationTokenRegistration registration)
    {
        _registration = registration;

        // The call may have ended before there was a registration to take back: whoever comes second here does it.
        Interlocked.MemoryBarrier();
        if (IsEnded)
        {
            _ = registration.Unregister();
        }
    }

    public override void Complete()
    {
        // First: once the task has ended, who led may be gone, and the worker with it.
        Leading?.WakeLeader();
        _ = _registration.Unregister();
        switch (_failure)
        {
            case null:
                _future.TrySetResult(_result!);
                break;
            case OperationCanceledException canceled:
                _future.TrySetCanceled(canceled.CancellationToken);
                break;
            default:
                _future.TrySetException(_failure);
                break;
        }
    }

    protected override void ReleaseBorder() => _payload?.Release();
}
