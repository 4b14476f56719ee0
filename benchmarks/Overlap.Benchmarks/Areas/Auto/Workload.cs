using Overlap.Executors;

namespace Overlap.Benchmarks.Areas.Auto;

/// <summary>Calls of one kind, for which some number of workers is best.</summary>
internal abstract class Workload : IAsyncDisposable
{
    private static readonly int[] AllCounts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

    /// <summary>What the calls are like.</summary>
    public abstract string Title { get; }

    /// <summary>Whether the calls block a thread of their own.</summary>
    public abstract bool Blocks { get; }

    /// <summary>The fixed numbers of workers to hold against.</summary>
    public virtual IReadOnlyList<int> Counts => AllCounts;

    /// <summary>How long each of them is tried.</summary>
    public virtual TimeSpan TrialLength => TimeSpan.FromSeconds(1);

    /// <summary>How long a measured run is to take about, under the best of them.</summary>
    public virtual TimeSpan RunLength => TimeSpan.FromSeconds(8);

    /// <summary>How often the other side has refused within ten seconds, at worst, since <see cref="ForgetAsync"/>.</summary>
    public virtual int WorstRefusals => 0;

    public virtual Task StartAsync(BenchmarkContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does one call.</summary>
    public abstract Task DoAsync(CancellationToken cancellationToken);

    /// <summary>Begins a run anew.</summary>
    public virtual Task ForgetAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public IExecutor CreateExecutor(int? workers) => (Blocks, workers) switch
    {
        (true, { } count) => new ThreadPoolExecutor(count),
        (true, null) => new ThreadPoolExecutor(Workers.Auto),
        (false, { } count) => new AsyncExecutor(count),
        (false, null) => new AsyncExecutor(Workers.Auto),
    };

    /// <summary>Uses a processor for about so long as this machine needs for so many rounds.</summary>
    protected static void Compute(int rounds)
    {
        double value = 1;
        for (int i = 1; i <= rounds; i++)
        {
            value = Math.Sqrt(value + i);
        }

        GC.KeepAlive(value);
    }
}
