namespace Overlap.Testing.Exploration;

/// <summary>What a history was judged to be.</summary>
public enum LinearizabilityVerdict
{
    /// <summary>There was no time to find out. Never to be taken for a yes.</summary>
    Unknown,

    /// <summary>The calls could have run one after the other, each at some moment between its begin and its end.</summary>
    Linearizable,

    /// <summary>No order of the calls explains their results.</summary>
    NotLinearizable,
}
