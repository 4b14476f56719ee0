using System.Diagnostics.CodeAnalysis;
using Overlap.Executors;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>A body that is called for several items at the same time.</summary>
/// <remarks>
/// An asynchronous body, or one that an executor runs, is started by the pump: a sliding window of tasks. A synchronous one is called by a fixed
/// number of workers, since a task for each item would cost more than most bodies do.
/// </remarks>
internal sealed class SelectParallelStage<T, TResult>(IAsyncEnumerable<T> source, Callable<T, TResult> callable, SelectParallelOptions options)
    : Stage<TResult>
{
    public override IAsyncEnumerator<TResult> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        Meter?.Workers = options.WorkersOrDefault;
        return new Enumerator(source, callable, options, Meter, cancellationToken);
    }

    private sealed class Enumerator : StageEnumerator<TResult>
    {
        private readonly IAsyncEnumerable<T> _source;
        private readonly Func<T, CancellationToken, ValueTask<TResult>>? _body;   // Null: the window's own workers call a synchronous one.
        private readonly ParallelWindow<T, TResult> _window;

        public Enumerator(
            IAsyncEnumerable<T> source, Callable<T, TResult> callable, SelectParallelOptions options, StageMeter? meter, CancellationToken callerToken)
            : base(meter, callerToken)
        {
            _source = source;
            Func<T, CancellationToken, TResult>? synchronous = null;
            if (options.Executor is { } executor)
            {
                _body = (item, cancellationToken) => new ValueTask<TResult>(executor.SubmitAsync(callable, item, cancellationToken));
            }
            else if (!callable.IsSynchronous)
            {
                _body = callable.InvokeAsync;
            }
            else if (options.OnError.IsStop)
            {
                synchronous = callable.Invoke;
            }
            else
            {
                // The policy may have to wait between two calls, which a worker must not.
                _body = async (item, cancellationToken) =>
                {
                    await default(Elsewhere);
                    return callable.Invoke(item, cancellationToken);
                };
            }

            if (_body is { } body && !options.OnError.IsStop)
            {
                _body = (item, cancellationToken) => options.OnError.RunAsync(body, item, cancellationToken);
            }

            if (meter?.Lanes is { } lanes && options.Executor is null)
            {
                _body = _body is null ? null : lanes.Recorded(_body);
                synchronous = synchronous is null ? null : lanes.Recorded(synchronous);
            }

            _window = new ParallelWindow<T, TResult>(
                options.WorkersOrDefault, options.CapacityOrDefault, options.Order == CallOrder.Source, synchronous, meter)
            {
                WorkToken = StopToken,
            };
        }

        protected override IStageGauge Gauge => _window;

        protected override Exception? Failure => _window.Failure;

        protected override bool TryTake([MaybeNullWhen(false)] out TResult item) => _window.TryTake(out item);

        protected override ValueTask<bool> WaitAsync() => _window.WaitAsync();

        protected override void Stop() => _window.Stop();

        protected override async Task RunAsync()
        {
            using CancellationTokenSource pulling = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
            _window.OnFirstFailure = () => SourcePump.Cancel(pulling);
            PumpEnd end = await SourcePump.RunAsync(_source, Accept, _window.WaitForRoomAsync, Meter, pulling.Token)
                .ConfigureAwait(Interleaver.KeepsContext);
            DisposalFailed = end.IsDisposal;
            _window.Close(end);
            await _window.SettleAsync().ConfigureAwait(Interleaver.KeepsContext);
        }

        private ValueTask<bool> Accept(T item)
        {
            ParallelCall<T, TResult>? call = _window.Add(item);
            if (call is not null && _body is { } body)
            {
                call.Start(body, StopToken);
            }

            return new ValueTask<bool>(call is not null);
        }
    }
}
