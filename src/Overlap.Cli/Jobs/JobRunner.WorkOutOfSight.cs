using Overlap.Cli.Arguments;
using Overlap.Timelines;

namespace Overlap.Cli.Jobs;

// What is different when threads of a native library do the work: the clocks of our own threads, which wait for them, do not show it.
internal sealed partial class JobRunner<TItem>
{
    // Set before the first item, where somebody records.
    private ProgramDelay? _delay;

    private void BeginRecording() => _delay = settings.Recorder is not null && job.WorksOutOfSight ? ProgramDelay.Start() : null;

    /// <summary>Gives the recording; work that would look like waiting is told as work.</summary>
    private Timeline? TakeTimeline(int workers)
    {
        Timeline? timeline = settings.Recorder?.ToTimeline(job.Name, ModelName.Of(settings.Model), workers);
        return _delay is null ? timeline : timeline?.WithWorkOutOfSight(_delay.GetElapsed());
    }
}
