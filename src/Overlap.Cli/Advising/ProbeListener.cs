using Overlap.Advice.Probing;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Advising;

/// <summary>Hears of the items of a probe: why the first failed, and whether the other side has had enough.</summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="origin">The reading of it at which the timeline begins.</param>
/// <param name="stop">What is stopped by a refusal.</param>
internal sealed class ProbeListener(TimeProvider timeProvider, long origin, ProbeStop stop) : IItemListener
{
    private readonly List<TimeSpan> _refusedAt = [];

    public IReadOnlyList<TimeSpan> RefusedAt => _refusedAt;

    public string? FirstFailure { get; private set; }

    public void OnEnded(in ItemEnd end)
    {
        if (end.Result.WasRefused)
        {
            _refusedAt.Add(timeProvider.GetElapsedTime(origin));
            stop.Stop();
        }

        if (end.Result.Status == ItemStatus.Failed)
        {
            FirstFailure ??= $"{end.Result.Item}: {end.Result.Message ?? end.Result.ErrorKind ?? "failed"}";
        }
    }
}
