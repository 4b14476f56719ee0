namespace Overlap.Executors;

/// <summary>The order in which results are given.</summary>
public enum CallOrder
{
    /// <summary>As the source gives the items.</summary>
    Source,

    /// <summary>As the calls end.</summary>
    Completion,
}
