using Overlap.Executors;

namespace Overlap.Advice.Searching;

/// <summary>All that was measured under one model with one number of workers.</summary>
internal sealed class CountTally(ExecutionModel model, int workers)
{
    // However often something was measured, the next run of it will not be closer.
    private const double FinestError = 0.005;

    private readonly List<Stretch> _stretches = [];

    public ExecutionModel Model { get; } = model;

    public int Workers { get; } = workers;

    public IReadOnlyList<Stretch> Stretches => _stretches;

    public bool IsRefused => _stretches.Any(static stretch => stretch.IsRefused);

    public int Items => _stretches.Sum(static stretch => stretch.Items);

    public int Failed => _stretches.Sum(static stretch => stretch.Failed);

    /// <summary>Items a second. Stretches count as they are long and sure.</summary>
    public double Throughput { get; private set; }

    /// <summary>The standard error of the throughput, as a part of it.</summary>
    public double StandardError { get; private set; }

    /// <summary>The mean time of an item. Unit: seconds.</summary>
    public double Latency => Items == 0 ? 0 : _stretches.Sum(static stretch => stretch.Latency * stretch.Items) / Items;

    /// <summary>Items a second if other programs left the processors alone, of items that only compute.</summary>
    public double QuietThroughput(int cores)
    {
        TimeSpan working = Items == 0 ? TimeSpan.Zero : _stretches.Aggregate(TimeSpan.Zero, static (sum, stretch) => sum + (stretch.Working * stretch.Items)) / Items;
        return working > TimeSpan.Zero ? Math.Min(cores, Workers) / working.TotalSeconds : Throughput;
    }

    public void Add(Stretch stretch)
    {
        _stretches.Add(stretch);
        double[] weights = [.. _stretches.Select(static stretch => 1 / Math.Pow(Math.Max(FinestError, stretch.StandardError), 2))];
        double all = weights.Sum();
        Throughput = _stretches.Zip(weights, static (stretch, weight) => stretch.Throughput * weight).Sum() / all;
        double within = Math.Sqrt(1 / all);
        double between = _stretches.Count < 2 || Throughput <= 0 ? 0
            : Math.Sqrt(_stretches.Sum(stretch => Math.Pow((stretch.Throughput / Throughput) - 1, 2)) / (_stretches.Count - 1) / _stretches.Count);
        StandardError = Math.Max(FinestError, Math.Max(within, between));
    }
}
