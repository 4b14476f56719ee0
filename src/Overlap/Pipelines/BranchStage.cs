using System.Diagnostics.CodeAnalysis;
using Overlap.Synchronization;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>One of several branches of a source; enumerated once.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its event holds nothing once nobody waits for it, and the pump may still set it then.")]
internal sealed class BranchStage<T>(BranchHub<T> hub, int index) : Stage<T>
{
    private readonly AsyncManualResetEvent _over = new();   // Nothing comes any more, or the consumer has left.

    public override IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(hub, hub.Claim(index, Meter), _over, Meter, cancellationToken);

    public void OnPumpEnded() => _over.Set();

    private sealed class Enumerator(
        BranchHub<T> hub, StageQueue<T> queue, AsyncManualResetEvent over, StageMeter? meter, CancellationToken callerToken)
        : StageEnumerator<T>(meter, callerToken)
    {
        protected override IStageGauge Gauge => queue;

        // The pump goes on for the other branches, and what is for this one is discarded.
        protected override bool GoesOn => true;

        protected override Exception? Failure => queue.Failure;

        protected override bool TryTake([MaybeNullWhen(false)] out T item) => queue.TryTake(out item);

        protected override ValueTask<bool> WaitAsync() => queue.WaitAsync();

        protected override void Stop()
        {
            queue.Stop();
            over.Set();
        }

        protected override async ValueTask AbandonAsync()
        {
            // Without it the others would wait for this branch to begin.
            hub.Begin();
            DisposalFailed = await hub.LeaveAsync().ConfigureAwait(Interleaver.KeepsContext);
        }

        protected override async Task RunAsync()
        {
            hub.Begin();
            await over.WaitAsync(CancellationToken.None).ConfigureAwait(Interleaver.KeepsContext);
            DisposalFailed = await hub.LeaveAsync().ConfigureAwait(Interleaver.KeepsContext);
        }
    }
}
