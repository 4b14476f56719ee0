using Overlap.Executors;

namespace Overlap.Cli.Jobs;

/// <summary>A job with its options, ready to be run, as often as wanted: each run is a job object of its own.</summary>
internal abstract class JobPlan
{
    public abstract string Name { get; }

    public abstract string Template { get; }

    public abstract IReadOnlyList<string> FieldNames { get; }

    public abstract IReadOnlyList<ExecutionModel> Models { get; }

    public abstract int DefaultWorkers(ExecutionModel model);

    /// <summary>Runs the job once.</summary>
    /// <param name="place">Where the run puts what it makes.</param>
    /// <param name="keep">Whether to keep what a run in a place of its own has made, if it comes to its end.</param>
    public abstract Task<RunReport> RunAsync(
        RunPlace place, bool keep, RunSettings settings, RunControl control, IReadOnlyList<IItemListener> listeners);

    /// <summary>Names the items that a run would do, in order, without doing any.</summary>
    public abstract IAsyncEnumerable<string> ListAsync(RunSettings settings, CancellationToken cancellationToken);

    /// <summary>The number of items if it is known without reading them all.</summary>
    public abstract long? ItemCount { get; }

    /// <summary>Makes a plan.</summary>
    /// <param name="create">Makes the job of one run. Cheap: what costs belongs in <see cref="Job{TItem}.PrepareAsync"/>.</param>
    public static JobPlan Of<TItem>(Func<RunPlace, Job<TItem>> create) => new Typed<TItem>(create);

    private sealed class Typed<TItem>(Func<RunPlace, Job<TItem>> create) : JobPlan
    {
        private readonly Job<TItem> _example = create(RunPlace.AsAsked);

        public override string Name => _example.Name;

        public override string Template => _example.Template;

        public override IReadOnlyList<string> FieldNames => _example.FieldNames;

        public override IReadOnlyList<ExecutionModel> Models => _example.Models;

        public override long? ItemCount => _example.ItemCount;

        public override int DefaultWorkers(ExecutionModel model) => _example.DefaultWorkers(model);

        public override async Task<RunReport> RunAsync(
            RunPlace place, bool keep, RunSettings settings, RunControl control, IReadOnlyList<IItemListener> listeners)
        {
            await using Job<TItem> job = create(place);
            using JobRunner<TItem> runner = new(job, settings, control, listeners);
            bool isWanted = false;
            try
            {
                RunReport report = await runner.RunAsync();
                isWanted = keep && !report.Partial;
                return report;
            }
            finally
            {
                if (place.OwnName is not null)
                {
                    await job.SettleAsync(isWanted);
                }
            }
        }

        public override async IAsyncEnumerable<string> ListAsync(
            RunSettings settings, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (TItem item in _example.ReadItemsAsync(cancellationToken))
            {
                if (settings.Done?.Contains(_example.Template, _example.KeyOf(item)) != true)
                {
                    yield return _example.DescribeOf(item);
                }
            }
        }
    }
}
