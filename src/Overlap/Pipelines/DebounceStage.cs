using System.Diagnostics.CodeAnalysis;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>The last item of each burst.</summary>
internal sealed class DebounceStage<T>(IAsyncEnumerable<T> source, TimeSpan quiet, TimeProvider clock) : Stage<T>
{
    public override IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(source, new DebounceSlot<T>(quiet, clock, Meter), Meter, cancellationToken);

    private sealed class Enumerator(IAsyncEnumerable<T> source, DebounceSlot<T> slot, StageMeter? meter, CancellationToken callerToken)
        : StageEnumerator<T>(meter, callerToken)
    {
        protected override IStageGauge Gauge => slot;

        protected override Exception? Failure => slot.Failure;

        protected override bool TryTake([MaybeNullWhen(false)] out T item) => slot.TryTake(out item);

        protected override ValueTask<bool> WaitAsync() => slot.WaitAsync();

        protected override void Stop() => slot.Stop();

        protected override async Task RunAsync()
        {
            PumpEnd end = await SourcePump.RunAsync(source, slot.AddAsync, Meter, StopToken).ConfigureAwait(Interleaver.KeepsContext);
            DisposalFailed = end.IsDisposal;
            slot.End(end);
        }
    }
}
