namespace Overlap.Waiting;

/// <summary>What a primitive tells the race explorer that it did.</summary>
internal enum PrimitiveNote
{
    /// <summary>Somebody took it: a lock, a permit, an item.</summary>
    Entered,

    /// <summary>Somebody queues for it.</summary>
    Waits,

    /// <summary>Its owner gave it back.</summary>
    Left,

    /// <summary>Somebody set, signalled or notified it, or put an item in.</summary>
    Signalled,
}
