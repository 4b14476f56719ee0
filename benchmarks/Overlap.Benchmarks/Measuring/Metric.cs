namespace Overlap.Benchmarks.Measuring;

/// <summary>A figure that contenders are compared by; less is better for all of them.</summary>
internal sealed record Metric(string Name, string Unit, string Format)
{
    /// <summary>What the program itself reports: its start-up is not in it.</summary>
    public static readonly Metric InProgram = new("in the program", "s", "0.000");

    /// <summary>From the start of the process to its end.</summary>
    public static readonly Metric Process = new("process", "s", "0.000");

    /// <summary>User and system time of the process.</summary>
    public static readonly Metric Cpu = new("CPU", "s", "0.00");

    /// <summary>Peak resident memory of the process.</summary>
    public static readonly Metric Memory = new("memory", "MB", "0");

    /// <summary>Wall time of a loop, divided by its items.</summary>
    public static readonly Metric PerItem = new("per item", "ns", "#,0");

    /// <summary>Processor time of all threads and of the processes started, divided by a loop's items.</summary>
    public static readonly Metric CpuPerItem = new("CPU per item", "ns", "#,0");

    /// <summary>The same as <see cref="PerItem"/>, for calls of milliseconds.</summary>
    public static readonly Metric PerCall = new("per call", "ms", "0.00");

    /// <summary>The same as <see cref="CpuPerItem"/>, for calls of milliseconds.</summary>
    public static readonly Metric CpuPerCall = new("CPU per call", "ms", "0.00");

    /// <summary>Bytes allocated by all threads of this process during a loop, divided by its items.</summary>
    public static readonly Metric AllocatedPerItem = new("allocated", "B", "0.0");
}
