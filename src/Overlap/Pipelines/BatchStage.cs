using System.Diagnostics.CodeAnalysis;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>Items in groups of a size, or of those that came within a time.</summary>
internal sealed class BatchStage<T>(IAsyncEnumerable<T> source, int size, TimeSpan time, TimeProvider clock) : Stage<T[]>
{
    public override IAsyncEnumerator<T[]> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(source, size, time, clock, Meter, cancellationToken);

    private sealed class Enumerator : StageEnumerator<T[]>
    {
        private readonly IAsyncEnumerable<T> _source;
        private readonly TimeProvider _clock;
        private readonly TimeSpan _time;
        private readonly StageQueue<T> _queue;
        private readonly GroupGauge _gauge;
        private readonly ITimer? _timer;       // Null: no limit of time.

        // Owned by the consumer.
        private readonly List<T> _batch = [];
        private readonly int _size;
        private long _begunAt;
        private bool _isLast;

        public Enumerator(IAsyncEnumerable<T> source, int size, TimeSpan time, TimeProvider clock, StageMeter? meter, CancellationToken callerToken)
            : base(meter, callerToken)
        {
            _source = source;
            _size = size;
            _time = time;
            _clock = clock;
            _queue = new StageQueue<T>(size, 1, meter);
            _gauge = new GroupGauge(_queue);
            _timer = time == Timeout.InfiniteTimeSpan
                ? null
                : clock.CreateTimer(static queue => ((StageQueue<T>)queue!).Nudge(), _queue, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        protected override IStageGauge Gauge => _gauge;

        protected override Exception? Failure => _queue.Failure;

        protected override bool TryTake([MaybeNullWhen(false)] out T[] item)
        {
            while (_batch.Count < _size && _queue.TryTake(out T? next))
            {
                if (_batch.Count == 0 && _timer is not null)
                {
                    _begunAt = _clock.GetTimestamp();
                }

                _batch.Add(next);
                _gauge.Held = _batch.Count;
            }

            bool isDue = _batch.Count == _size || (_batch.Count > 0 && (_isLast || (_timer is not null && _clock.GetElapsedTime(_begunAt) >= _time)));
            item = isDue ? [.. _batch] : null;
            if (isDue)
            {
                _batch.Clear();
                _gauge.Held = 0;
            }

            return isDue;
        }

        protected override async ValueTask<bool> WaitAsync()
        {
            if (_batch.Count > 0 && _timer is not null)
            {
                // A timer that fires early only has to be set again.
                TimeSpan rest = _time - _clock.GetElapsedTime(_begunAt);
                _timer.Change(rest > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }

            if (await _queue.WaitAsync().ConfigureAwait(Interleaver.KeepsContext))
            {
                return true;
            }

            // The rest is a smaller batch; who stopped the stage gets none.
            bool isMore = !_isLast && _batch.Count > 0 && !StopToken.IsCancellationRequested;
            _isLast = true;
            return isMore;
        }

        protected override void Stop()
        {
            _timer?.Dispose();
            _queue.Stop();
            _gauge.Stop();
        }

        protected override async Task RunAsync()
        {
            PumpEnd end = await SourcePump.RunAsync(_source, _queue.AddAsync, Meter, StopToken).ConfigureAwait(Interleaver.KeepsContext);
            DisposalFailed = end.IsDisposal;
            _queue.End(end);
        }
    }
}
