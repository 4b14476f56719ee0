using Overlap.Adaptation;

namespace Overlap.Executors;

/// <summary>How many workers: a number, or <see cref="Auto"/>.</summary>
public static class Workers
{
    /// <summary>
    /// As many as the work bears: starts small, climbs while throughput rises by more than the noise, gives way to overload, failures and
    /// short memory, settles, and looks again when the load changes.
    /// </summary>
    public static AdaptiveOptions Auto { get; } = new();
}
