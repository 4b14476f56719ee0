using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Overlap.Distributed.Diagnostics;

/// <summary>The public names under which the task queue reports to meters and activity listeners.</summary>
public static class DistributedDiagnostics
{
    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "Overlap.Distributed";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>.</summary>
    public const string ActivitySourceName = "Overlap.Distributed";

    internal static Meter Meter { get; } = new(MeterName);

    internal static ActivitySource ActivitySource { get; } = new(ActivitySourceName);
}
