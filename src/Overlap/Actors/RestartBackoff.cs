namespace Overlap.Actors;

/// <summary>The wait before a restart: doubled with each one that was counted, up to a limit, and spread by chance so that many do not return at once.</summary>
public sealed record RestartBackoff
{
    private RestartBackoff(TimeSpan first, TimeSpan most, double jitter)
    {
        First = first;
        Most = most;
        Jitter = jitter;
    }

    /// <summary>No wait.</summary>
    public static RestartBackoff None { get; } = new(TimeSpan.Zero, TimeSpan.Zero, 0);

    /// <summary>The wait before the first restart.</summary>
    public TimeSpan First { get; }

    /// <summary>The longest wait, before it is spread.</summary>
    public TimeSpan Most { get; }

    /// <summary>How far it is spread: up to this part of the wait is taken away.</summary>
    public double Jitter { get; }

    /// <summary>Makes a wait that doubles.</summary>
    /// <param name="first">The wait before the first restart.</param>
    /// <param name="most">The longest wait.</param>
    /// <param name="jitter">The part of the wait that chance may take away, 0 to 1.</param>
    public static RestartBackoff Exponential(TimeSpan first, TimeSpan most, double jitter = 0.2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, first);
        if (jitter is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(jitter), jitter, "The jitter must be between 0 and 1.");
        }

        return new RestartBackoff(first, most, jitter);
    }

    /// <summary>The wait before a restart.</summary>
    /// <param name="restarts">The restarts that were counted before this one.</param>
    /// <param name="random">Spreads it.</param>
    internal TimeSpan Delay(int restarts, Random random)
    {
        if (First == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        // In floating point: a long row of restarts must not overflow.
        double ticks = Math.Min(Most.Ticks, First.Ticks * Math.Pow(2, restarts));
        return TimeSpan.FromTicks((long)(ticks * (1 - (Jitter * random.NextDouble()))));
    }
}
