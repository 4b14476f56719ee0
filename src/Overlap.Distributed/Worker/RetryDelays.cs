using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

/// <summary>How long a call waits before it is tried again by itself.</summary>
internal sealed class RetryDelays(int? seed)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Random _random = seed is { } value ? new Random(value) : Random.Shared;

    /// <summary>The wait before a retry.</summary>
    /// <param name="options">The task's options.</param>
    /// <param name="retries">How often the call was tried again before.</param>
    public TimeSpan Of(TaskOptions options, int retries)
    {
        if (options.RetryBackoff is not { } first)
        {
            return options.RetryDelay;
        }

        double most = Math.Min(options.RetryBackoffMax.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(retries, 62)));
        return TimeSpan.FromSeconds(options.RetryJitter ? most * Draw() : most);
    }

    private double Draw()
    {
        _gate.Enter();
        double drawn = _random.NextDouble();
        _gate.Exit();
        return drawn;
    }
}
