namespace Overlap.Testing.Exploration;

/// <summary>How far and in which way a program is explored.</summary>
public sealed record ExplorationOptions
{
    /// <summary>What the program is called in results. Default: <see langword="null"/>, the name of its method.</summary>
    public string? Name { get; init; }

    /// <summary>How the next step is chosen. Default: a portfolio.</summary>
    public ExplorationStrategy Strategy { get; init; } = ExplorationStrategy.Portfolio;

    /// <summary>The most schedules; an exhaustive search may end before. Unit: schedules, at least 1. Default: 10,000.</summary>
    public int Schedules { get; init => field = AtLeast(1, value, nameof(Schedules)); } = 10_000;

    /// <summary>The seed of random choices: the same seed makes the same schedules. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// How often, at most, an exhaustive search leaves a lane that could go on; <see langword="null"/>: without bound. Unit: preemptions a schedule,
    /// at least 0. Default: 2, which finds most bugs.
    /// </summary>
    public int? Preemptions { get; init => field = value is { } bound ? AtLeast(0, bound, nameof(Preemptions)) : null; } = 2;

    /// <summary>The depth of bugs that PCT looks for: it changes priorities at one step less. Unit: ordering constraints, at least 1. Default: 3.</summary>
    public int Depth { get; init => field = AtLeast(1, value, nameof(Depth)); } = 3;

    /// <summary>The steps after which a schedule counts as endless. Unit: steps, at least 1. Default: 10,000.</summary>
    public int MaxSteps { get; init => field = AtLeast(1, value, nameof(MaxSteps)); } = 10_000;

    /// <summary>The tasks or threads after which a program counts as spawning without bound. Unit: lanes, at least 1. Default: 256.</summary>
    public int MaxLanes { get; init => field = AtLeast(1, value, nameof(MaxLanes)); } = 256;

    /// <summary>
    /// Whether, in thread mode, each thread has a store buffer as x86 processors have: its volatile writes may become visible to the others late, until
    /// an interlocked operation or a fence. Default: no, all threads see one order of all writes.
    /// </summary>
    public bool StoreBuffers { get; init; }

    /// <summary>The real time that one step may take until the program counts as blocked. Unit: real time, above zero. Default: 10 s.</summary>
    public TimeSpan Patience
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(Patience));
            field = value;
        }
    } = TimeSpan.FromSeconds(10);

    /// <summary>Called now and then with the number of schedules so far, on the thread that explores. Default: nobody is told.</summary>
    public Action<int>? Progress { get; init; }

    private static int AtLeast(int least, int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        return value;
    }
}
