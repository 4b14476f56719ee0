namespace Overlap.Actors;

/// <summary>Which children share the fate of one that failed.</summary>
public enum SupervisionScope
{
    /// <summary>Itself alone.</summary>
    OneForOne,

    /// <summary>All children.</summary>
    AllForOne,

    /// <summary>Itself and those that were spawned after it.</summary>
    RestForOne,
}
