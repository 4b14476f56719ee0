using System.Runtime.InteropServices;

namespace Overlap.Benchmarks.Reporting;

/// <summary>Says what the figures were measured on, without naming anyone's machine.</summary>
internal static class Machine
{
    /// <summary>A name for files, such as <c>2-core-x64</c>.</summary>
    public static string Name => $"{Environment.ProcessorCount}-core-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    public static string Description
    {
        get
        {
            double gigabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
            return $"{Environment.ProcessorCount} cores, {gigabytes:0} GB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
        }
    }
}
