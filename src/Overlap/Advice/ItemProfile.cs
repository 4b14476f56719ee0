namespace Overlap.Advice;

/// <summary>What one item takes, with nothing beside it.</summary>
/// <remarks>The three parts add up to the duration: computing, waiting, and what was neither.</remarks>
public sealed record ItemProfile
{
    /// <summary>The items that were measured one after the other.</summary>
    public required int Items { get; init; }

    /// <summary>The mean time of an item.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Of it, on a processor. What the program computed and no item was seen to is among it, for it runs nothing else.</summary>
    public required TimeSpan Computing { get; init; }

    /// <summary>Of it, waiting for something outside.</summary>
    public required TimeSpan Waiting { get; init; }

    /// <summary>Of it, ready without a processor, for others had them.</summary>
    public required TimeSpan Delayed { get; init; }

    /// <summary>Of the waiting, the part in which an asynchronous call kept a thread: it blocks instead of awaiting.</summary>
    public required TimeSpan Blocked { get; init; }

    /// <summary>The part of the time that was waiting, from 0 to 1.</summary>
    public required double WaitShare { get; init; }

    /// <summary>How often the program's threads gave a processor away to wait, for each item; <see langword="null"/> when nobody knows.</summary>
    public required double? VoluntarySwitches { get; init; }

    /// <summary>How often they lost one to somebody else or yielded it, for each item; <see langword="null"/> when nobody knows.</summary>
    public required double? InvoluntarySwitches { get; init; }

    /// <summary>The first item's time, which is not in the mean: it compiles, connects and fills caches.</summary>
    public required TimeSpan First { get; init; }
}
