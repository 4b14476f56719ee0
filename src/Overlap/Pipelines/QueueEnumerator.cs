using System.Diagnostics.CodeAnalysis;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>An enumeration whose sources are pumped into one queue.</summary>
internal sealed class QueueEnumerator<T>(
    IReadOnlyList<IAsyncEnumerable<T>> sources, int capacity, StageMeter? meter, CancellationToken callerToken)
    : StageEnumerator<T>(meter, callerToken)
{
    private readonly StageQueue<T> _queue = new(capacity, sources.Count, meter);

    protected override IStageGauge Gauge => _queue;

    protected override Exception? Failure => _queue.Failure;

    protected override bool TryTake([MaybeNullWhen(false)] out T item) => _queue.TryTake(out item);

    protected override ValueTask<bool> WaitAsync() => _queue.WaitAsync();

    protected override void Stop() => _queue.Stop();

    protected override async Task RunAsync()
    {
        using CancellationTokenSource pulling = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        Func<T, ValueTask<bool>> accept = _queue.AddAsync;
        Task[] pumps = new Task[sources.Count];
        for (int i = 0; i < pumps.Length; i++)
        {
            pumps[i] = PumpOneAsync(sources[i], accept, pulling);
        }

        foreach (Task pump in pumps)
        {
            await pump.ConfigureAwait(Interleaver.KeepsContext);
        }
    }

    private async Task PumpOneAsync(IAsyncEnumerable<T> source, Func<T, ValueTask<bool>> accept, CancellationTokenSource pulling)
    {
        PumpEnd end = await SourcePump.RunAsync(source, accept, Meter, pulling.Token).ConfigureAwait(Interleaver.KeepsContext);
        DisposalFailed |= end.IsDisposal;
        if (end.Failure is not null && !pulling.IsCancellationRequested)
        {
            // The others are cancelled, and not the queue: what is in it comes before the failure.
            _queue.Fail(end.Failure);
            SourcePump.Cancel(pulling);
        }

        _queue.End(end);
    }
}
