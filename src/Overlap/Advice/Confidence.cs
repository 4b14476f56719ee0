namespace Overlap.Advice;

/// <summary>How far a verdict can be trusted.</summary>
public enum Confidence
{
    /// <summary>Something spoils the measurement; the evidence names it.</summary>
    Low,

    /// <summary>A clear difference, measured once or twice.</summary>
    Medium,

    /// <summary>A clear difference, measured at least three times on a quiet machine.</summary>
    High,
}
