using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>One enumeration of a stage: the consumer's side, and the owner of the tasks behind it.</summary>
/// <remarks>
/// P2: whatever ends the enumeration, the stage's own tasks have ended when it has, and every source was disposed once.
/// P3: a failure comes after all items that were before it, cancellation at once, and after either nothing.
/// </remarks>
internal abstract class StageEnumerator<T> : IAsyncEnumerator<T>
{
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenSource _stop;
    private readonly StageMeter? _meter;

    // Owned by the consumer.
    private CancellationTokenRegistration _stopping;
    private Task? _work;
    private bool _isOver;
    private T? _current;

    protected StageEnumerator(StageMeter? meter, CancellationToken callerToken)
    {
        _meter = meter;
        _callerToken = callerToken;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(callerToken);
        StopToken = _stop.Token;
    }

    public T Current => _current!;

    /// <summary>Cancelled when the enumeration is to end.</summary>
    protected CancellationToken StopToken { get; }

    protected StageMeter? Meter => _meter;

    public ValueTask<bool> MoveNextAsync() =>
        _work is not null && !_isOver && !_callerToken.IsCancellationRequested && TryTake(out _current!)
            ? Interleaver.IsOn ? Interleaver.Pause(new ValueTask<bool>(true)) : new ValueTask<bool>(true)
            : MoveSlowlyAsync();

    public async ValueTask DisposeAsync()
    {
        if (_isOver)
        {
            return;
        }

        await SettleAsync().ConfigureAwait(Interleaver.KeepsContext);

        // The consumer left. What its own leaving cancelled is no failure; what a source said to being disposed is.
        if (Failure is { } failure and not OperationCanceledException && DisposalFailed)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Takes what the stage has ready.</summary>
    protected abstract bool TryTake([MaybeNullWhen(false)] out T item);

    /// <summary>Waits for something to take; gives <see langword="false"/> when nothing will come.</summary>
    protected abstract ValueTask<bool> WaitAsync();

    /// <summary>The stage's work, from its start to the disposal of its sources; never fails.</summary>
    protected abstract Task RunAsync();

    /// <summary>Lets go whoever waits. Called once or twice, on any thread.</summary>
    protected abstract void Stop();

    /// <summary>What ended the work; read after its end.</summary>
    protected abstract Exception? Failure { get; }

    /// <summary>Whether a source failed when it was disposed.</summary>
    protected bool DisposalFailed { get; set; }

    /// <summary>What counts the items.</summary>
    protected abstract IStageGauge Gauge { get; }

    /// <summary>Whether items may come to it when it has ended, to be discarded and counted.</summary>
    protected virtual bool GoesOn => false;

    /// <summary>Gives up a stage that never began: for one that others wait for.</summary>
    protected virtual ValueTask AbandonAsync() => default;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> MoveSlowlyAsync()
    {
        if (_isOver)
        {
            return false;
        }

        if (!_callerToken.IsCancellationRequested)
        {
            if (_work is null)
            {
                _meter?.Start(Gauge);
                _stopping = StopToken.UnsafeRegister(static self => ((StageEnumerator<T>)self!).Stop(), this);
                _work = RunAsync();
            }

            // Who has begun before has looked before the call.
            while (await WaitAsync().ConfigureAwait(Interleaver.KeepsContext) && !_callerToken.IsCancellationRequested)
            {
                if (TryTake(out _current!))
                {
                    return true;
                }
            }
        }

        await SettleAsync().ConfigureAwait(Interleaver.KeepsContext);
        _callerToken.ThrowIfCancellationRequested();
        if (Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return false;
    }

    private async ValueTask SettleAsync()
    {
        _isOver = true;
        _current = default;
        if (_work is not null)
        {
            try
            {
                if (!_work.IsCompleted)
                {
                    _stop.Cancel();   // May throw what foreign callbacks throw; they were all called, and the work is joined all the same.
                }
            }
            finally
            {
                await _work.ConfigureAwait(Interleaver.KeepsContext);
                Stop();
                _meter?.End(Gauge, GoesOn);
                await _stopping.DisposeAsync().ConfigureAwait(Interleaver.KeepsContext);
            }
        }
        else
        {
            Stop();
            if (GoesOn)
            {
                _meter?.Start(Gauge);
                _meter?.End(Gauge, goesOn: true);
            }

            await AbandonAsync().ConfigureAwait(Interleaver.KeepsContext);
        }

        _stop.Dispose();
    }
}
