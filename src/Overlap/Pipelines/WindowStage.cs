using System.Diagnostics.CodeAnalysis;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>The last so many items, each time that some more have come.</summary>
internal sealed class WindowStage<T>(IAsyncEnumerable<T> source, int size, int step) : Stage<T[]>
{
    public override IAsyncEnumerator<T[]> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(source, size, step, new StageQueue<T>(size, 1, Meter), Meter, cancellationToken);

    private sealed class Enumerator(
        IAsyncEnumerable<T> source, int size, int step, StageQueue<T> queue, StageMeter? meter, CancellationToken callerToken)
        : StageEnumerator<T[]>(meter, callerToken)
    {
        private readonly GroupGauge _gauge = new(queue);

        // Owned by the consumer.
        private readonly Queue<T> _window = new();
        private int _fresh;      // How many at its end have been in no window.
        private bool _isLast;

        protected override IStageGauge Gauge => _gauge;

        protected override Exception? Failure => queue.Failure;

        protected override bool TryTake([MaybeNullWhen(false)] out T[] item)
        {
            while (_window.Count < size && queue.TryTake(out T? next))
            {
                _window.Enqueue(next);
                _gauge.Held = ++_fresh;
            }

            // At the end a smaller one, if an item was in none.
            bool isDue = _fresh > 0 && (_window.Count == size || _isLast);
            item = isDue ? [.. _window] : null;
            if (isDue)
            {
                _gauge.Held = _fresh = 0;
                for (int i = 0; i < step && _window.Count > 0; i++)
                {
                    _window.Dequeue();
                }
            }

            return isDue;
        }

        protected override async ValueTask<bool> WaitAsync()
        {
            if (await queue.WaitAsync().ConfigureAwait(Interleaver.KeepsContext))
            {
                return true;
            }

            _isLast = true;
            return _fresh > 0 && !StopToken.IsCancellationRequested;
        }

        protected override void Stop()
        {
            queue.Stop();
            _gauge.Stop();
        }

        protected override async Task RunAsync()
        {
            PumpEnd end = await SourcePump.RunAsync(source, queue.AddAsync, Meter, StopToken).ConfigureAwait(Interleaver.KeepsContext);
            DisposalFailed = end.IsDisposal;
            queue.End(end);
        }
    }
}
