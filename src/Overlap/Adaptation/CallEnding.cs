namespace Overlap.Adaptation;

/// <summary>How a call under an adaptive limit ended.</summary>
internal enum CallEnding
{
    /// <summary>It gave a result.</summary>
    Succeeded,

    /// <summary>It failed by itself.</summary>
    Failed,

    /// <summary>The other side had enough.</summary>
    Refused,

    /// <summary>Nobody wanted it any more: it says nothing.</summary>
    Canceled,
}
