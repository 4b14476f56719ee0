using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Overlap.Diagnostics;

/// <summary>The public names under which the library reports to meters and activity listeners.</summary>
public static class OverlapDiagnostics
{
    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "Overlap";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>.</summary>
    public const string ActivitySourceName = "Overlap";

    internal static Meter Meter { get; } = new(MeterName);

    internal static ActivitySource ActivitySource { get; } = new(ActivitySourceName);
}
