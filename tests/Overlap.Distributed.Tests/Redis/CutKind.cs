namespace Overlap.Distributed.Tests.Redis;

/// <summary>How a link ends.</summary>
public enum CutKind
{
    /// <summary>Each end is told that there is no more.</summary>
    End,

    /// <summary>Each end is told that the link is gone.</summary>
    Reset,

    /// <summary>Nobody is told: what is sent goes nowhere.</summary>
    Silence,
}
