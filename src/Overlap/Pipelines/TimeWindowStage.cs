using System.Diagnostics.CodeAnalysis;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>The items of stretches of time that begin at equal distances.</summary>
/// <remarks>
/// Window k reaches from k steps after the first question of the consumer to a length later. An item counts at the time at which the source gave it;
/// one that was given before a window's end and got here after it was handed out counts for what begins or goes on then.
/// </remarks>
internal sealed class TimeWindowStage<T>(IAsyncEnumerable<T> source, TimeSpan length, TimeSpan step, int capacity, TimeProvider clock)
    : Stage<TimeWindow<T>>
{
    public override IAsyncEnumerator<TimeWindow<T>> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(source, length, step, capacity, clock, Meter, cancellationToken);

    private sealed class Enumerator : StageEnumerator<TimeWindow<T>>
    {
        private readonly IAsyncEnumerable<T> _source;
        private readonly TimeProvider _clock;
        private readonly TimeSpan _length;
        private readonly TimeSpan _step;
        private readonly StageQueue<(T Item, long CameAt)> _queue;
        private readonly GroupGauge _gauge;
        private readonly ITimer _timer;
        private long _startedAt;
        private DateTimeOffset _startedAtUtc;

        // Owned by the consumer. Times are distances from the start.
        private readonly Queue<(T Item, TimeSpan CameAt)> _items = new();
        private long _next;            // The first window that was not given.
        private TimeSpan _givenUntil;  // The end of the last one that was.
        private int _fresh;            // How many at the end have been in no window.
        private bool _isLast;

        public Enumerator(
            IAsyncEnumerable<T> source, TimeSpan length, TimeSpan step, int capacity, TimeProvider clock, StageMeter? meter, CancellationToken callerToken)
            : base(meter, callerToken)
        {
            _source = source;
            _length = length;
            _step = step;
            _clock = clock;
            _queue = new StageQueue<(T Item, long CameAt)>(capacity, 1, meter);
            _gauge = new GroupGauge(_queue);
            TimeSpan never = System.Threading.Timeout.InfiniteTimeSpan;
            _timer = clock.CreateTimer(static queue => ((StageQueue<(T Item, long CameAt)>)queue!).Nudge(), _queue, never, never);
        }

        protected override IStageGauge Gauge => _gauge;

        protected override Exception? Failure => _queue.Failure;

        protected override bool TryTake([MaybeNullWhen(false)] out TimeWindow<T> item)
        {
            item = null;

            // Before the queue is looked at: what came before this reading is in the queue or will be in a later window.
            TimeSpan now = _clock.GetElapsedTime(_startedAt);
            while (_queue.TryTake(out (T Item, long CameAt) next))
            {
                TimeSpan cameAt = _clock.GetElapsedTime(_startedAt, next.CameAt);
                _items.Enqueue((next.Item, cameAt < _givenUntil ? _givenUntil : cameAt));
                _gauge.Held = ++_fresh;
            }

            if (_items.Count == 0 || (_isLast && _fresh == 0))
            {
                return false;
            }

            long window = NextWindow();
            TimeSpan end = (_step * window) + _length;
            if (!_isLast && now < end)
            {
                return false;
            }

            T[] items = [.. _items.TakeWhile(one => one.CameAt < end).Select(static one => one.Item)];
            item = new TimeWindow<T>(_startedAtUtc + (_step * window), _length, [.. items]);
            _gauge.Held = _fresh = Math.Min(_fresh, _items.Count - items.Length);
            _givenUntil = end;
            _next = window + 1;
            while (_items.Count > 0 && _items.Peek().CameAt < _step * _next)
            {
                _items.Dequeue();
            }

            return true;
        }

        protected override async ValueTask<bool> WaitAsync()
        {
            if (_items.Count > 0 && !_isLast)
            {
                // A timer that fires early only has to be set again.
                TimeSpan rest = (_step * NextWindow()) + _length - _clock.GetElapsedTime(_startedAt);
                _timer.Change(
                    rest > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)) : TimeSpan.Zero,
                    System.Threading.Timeout.InfiniteTimeSpan);
            }

            if (await _queue.WaitAsync().ConfigureAwait(Interleaver.KeepsContext))
            {
                return true;
            }

            // What is left is given at once; who stopped the stage gets none.
            _isLast = true;
            return _fresh > 0 && !StopToken.IsCancellationRequested;
        }

        protected override void Stop()
        {
            _timer.Dispose();
            _queue.Stop();
            _gauge.Stop();
        }

        protected override async Task RunAsync()
        {
            _startedAt = _clock.GetTimestamp();
            _startedAtUtc = _clock.GetUtcNow();
            PumpEnd end = await SourcePump.RunAsync(_source, item => _queue.AddAsync((item, _clock.GetTimestamp())), Meter, StopToken)
                .ConfigureAwait(Interleaver.KeepsContext);
            DisposalFailed = end.IsDisposal;
            _queue.End(end);
        }

        // The first window that was not given and has the first item in it: those without any are passed over.
        private long NextWindow()
        {
            long late = _items.Peek().CameAt.Ticks - _length.Ticks;
            return Math.Max(_next, late < 0 ? 0 : (late / _step.Ticks) + 1);
        }
    }
}
