using Overlap.Cli.Jobs;
using Overlap.Pipelines;
using Overlap.Timelines;

namespace Overlap.Cli.Pipes;

/// <summary>The classic: a fast generator, a slow square, a printer.</summary>
/// <param name="settings">The pipeline.</param>
/// <param name="workers">How many numbers are squared at the same time.</param>
/// <param name="clock">What makes the stages fast and slow, and times them.</param>
/// <param name="recorder">Takes down who did what when; <see langword="null"/>: nobody does.</param>
internal sealed class PipeRun(PipeSettings settings, int workers, TimeProvider clock, TimelineRecorder? recorder = null)
{
    // As many readings of the queues as make a good average, however many items there are.
    private const int MostReadings = 200;

    private readonly Pipeline _pipeline = new(clock, recorder);
    private readonly List<int[]> _readings = [];   // Owned by the run.
    private int _printed;

    public int Workers => workers;

    public int Count => settings.Count;

    /// <summary>The items that were printed so far.</summary>
    public int Printed => Volatile.Read(ref _printed);

    public PipelineSnapshot Snapshot() => _pipeline.Snapshot();

    /// <summary>Runs it to its end.</summary>
    /// <param name="control">Stops the generator, so that what it gave is still printed, or everything at once.</param>
    public async Task<PipeResult> RunAsync(RunControl control)
    {
        SelectParallelOptions alone = new() { Workers = 1, Capacity = settings.Capacity };
        IAsyncEnumerable<long> printed = Enumerable.Range(0, settings.Count)
            .TakeWhile(_ => !control.Starting.IsCancellationRequested)
            .ToAsyncEnumerable()
            .SelectParallel(GenerateAsync, alone).Named(_pipeline, "generate")
            .SelectParallel(SquareAsync, alone with { Workers = workers }).Named(_pipeline, "square")
            .SelectParallel(PrintAsync, alone).Named(_pipeline, "print");
        int every = Math.Max(1, settings.Count / MostReadings);
        long startedAt = clock.GetTimestamp();
        try
        {
            await foreach (long square in printed.WithCancellation(control.Running))
            {
                if (square != (long)_printed * _printed)
                {
                    throw new InvalidOperationException($"{square} was printed as number {_printed}");
                }

                if (_printed % every == 0)
                {
                    _readings.Add([.. Snapshot().Stages.Select(static stage => stage.QueueDepth)]);
                }

                Volatile.Write(ref _printed, _printed + 1);
            }
        }
        catch (OperationCanceledException) when (control.Running.IsCancellationRequested)
        {
            // What was printed until now is told.
        }

        TimeSpan wall = clock.GetElapsedTime(startedAt);
        PipelineSnapshot stages = Snapshot();
        double[] queues = [.. Enumerable.Range(0, stages.Stages.Length).Select(stage => _readings.Select(reading => (double)reading[stage]).DefaultIfEmpty().Average())];
        return new PipeResult(workers, _printed, _printed < settings.Count, wall, stages, queues, recorder?.ToTimeline("pipe", "pipeline", workers));
    }

    private async ValueTask<int> GenerateAsync(int number, CancellationToken cancellationToken)
    {
        await PauseAsync(settings.Produce, cancellationToken);
        return number;
    }

    private async ValueTask<long> SquareAsync(int number, CancellationToken cancellationToken)
    {
        await PauseAsync(settings.Work, cancellationToken);
        return (long)number * number;
    }

    // The printer has nothing to wait for; what it prints is shown in the picture.
    private static ValueTask<long> PrintAsync(long square, CancellationToken cancellationToken) => new(square);

    private Task PauseAsync(TimeSpan time, CancellationToken cancellationToken) =>
        time == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(time, clock, cancellationToken);
}
