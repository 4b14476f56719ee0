namespace Overlap.Advice.Scaling;

/// <summary>How throughput follows the number of workers.</summary>
public enum ScalingLaw
{
    /// <summary>Twice the workers do twice as much: X(N) = λN.</summary>
    Linear,

    /// <summary>A part of the work is done one after the other: X(N) = λN / (1 + σ(N − 1)). Source: Amdahl, 1967.</summary>
    Amdahl,

    /// <summary>
    /// Besides, each worker costs each other one something: X(N) = λN / (1 + σ(N − 1) + κN(N − 1)). Source: Gunther's Universal Scalability Law.
    /// </summary>
    Universal,

    /// <summary>Linear up to what something outside does at the most: X(N) = min(λN, C). Source: the asymptotic bounds of queueing theory.</summary>
    Ceiling,
}
