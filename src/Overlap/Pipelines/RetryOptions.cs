namespace Overlap.Pipelines;

/// <summary>How often, when and after which pauses something is tried again.</summary>
public sealed record RetryOptions
{
    /// <summary>How often to try again, at most. At least 1. Default: 3.</summary>
    public int Retries { get; init => field = AtLeastOne(value); } = 3;

    /// <summary>The pause before the first new try. Zero to 49 days. Default: 1 second.</summary>
    public TimeSpan FirstDelay { get; init => field = Delay(value, nameof(FirstDelay)); } = TimeSpan.FromSeconds(1);

    /// <summary>By how much each pause is longer than the one before. At least 1. Default: 2.</summary>
    public double Factor { get; init => field = AtLeast(value, 1, double.MaxValue, nameof(Factor)); } = 2;

    /// <summary>The longest pause. Zero to 49 days. Default: 1 minute.</summary>
    public TimeSpan MaxDelay { get; init => field = Delay(value, nameof(MaxDelay)); } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The share of each pause that is left to chance, so that many who failed together do not come again together. 0 to 1. Default: 0.2, a pause of
    /// 80 to 100 %.
    /// </summary>
    public double Jitter { get; init => field = AtLeast(value, 0, 1, nameof(Jitter)); } = 0.2;

    /// <summary>Makes chance the same each time. Default: <see langword="null"/>, another one each time.</summary>
    public int? Seed { get; init; }

    /// <summary>Tells which failures are worth a new try. Default: <see langword="null"/>, all.</summary>
    public Func<Exception, bool>? When { get; init; }

    /// <summary>The clock of the pauses. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init => field = value ?? throw new ArgumentNullException(nameof(TimeProvider)); } = TimeProvider.System;

    internal static RetryOptions Default { get; } = new();

    /// <summary>The timers of the runtime reach no further.</summary>
    internal static TimeSpan LongestDelay => TimeSpan.FromDays(49);

    /// <summary>Whether a failure is followed by a new try.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="failures">How many there were before it.</param>
    internal bool IsRetried(Exception failure, int failures) => failures < Retries && (When is null || When(failure));

    private static int AtLeastOne(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Retries));
        return value;
    }

    private static TimeSpan Delay(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LongestDelay, name);
        return value;
    }

    private static double AtLeast(double value, double least, double most, string name) =>
        value >= least && value <= most ? value : throw new ArgumentOutOfRangeException(name, value, $"Must be from {least} to {most}.");
}
