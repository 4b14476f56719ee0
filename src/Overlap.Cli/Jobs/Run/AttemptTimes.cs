namespace Overlap.Cli.Jobs.Run;

/// <summary>How long attempts took, and how long one may take: a time, or a multiple of the median of those that went well. Thread-safe.</summary>
internal sealed class AttemptTimes(AttemptPolicy policy)
{
    // A median of one or two says nothing.
    private const int LeastForMedian = 3;

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly DurationHistogram _durations = new();
    private TimeSpan? _median;

    /// <summary>Whether there is, or may come to be, a limit.</summary>
    public bool HasLimit => policy.Timeout is not null || policy.TimeoutOfMedian is not null;

    /// <summary>Notes an attempt that went well.</summary>
    public void Add(TimeSpan duration)
    {
        if (policy.TimeoutOfMedian is null)
        {
            return;
        }

        _gate.Enter();
        _durations.Add(duration);
        _median = _durations.Count >= LeastForMedian ? _durations.Percentile(0.5) : null;
        _gate.Exit();
    }

    /// <summary>The longest that an attempt may take as things stand; <see langword="null"/> for no limit yet.</summary>
    public TimeSpan? Limit()
    {
        if (policy.TimeoutOfMedian is not { } factor)
        {
            return policy.Timeout;
        }

        _gate.Enter();
        TimeSpan? limit = _median * factor;
        _gate.Exit();
        return limit;
    }

    /// <summary>Says why an attempt was ended.</summary>
    public string Describe() => policy.TimeoutOfMedian is { } factor
        ? $"took longer than {factor * 100:0.#} % of the median (--timeout)"
        : $"took longer than {policy.Timeout!.Value.TotalSeconds:0.###} s (--timeout)";
}
