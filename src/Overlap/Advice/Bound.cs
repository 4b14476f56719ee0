namespace Overlap.Advice;

/// <summary>What holds a job back.</summary>
public enum Bound
{
    /// <summary>Its items wait for something outside the program: replies, disks, timers.</summary>
    Io,

    /// <summary>Its items compute.</summary>
    Cpu,

    /// <summary>Its items do both in shares that matter.</summary>
    Mixed,
}
