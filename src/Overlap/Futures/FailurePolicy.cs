namespace Overlap.Futures;

/// <summary>What a <see cref="TaskGroup"/> does when one of its children fails.</summary>
public enum FailurePolicy
{
    /// <summary>Cancels the other children, starts no more, and throws all errors at the join.</summary>
    CancelSiblings,

    /// <summary>Lets the other children go on and start, and throws all errors at the join.</summary>
    WaitAll,

    /// <summary>Lets the other children go on and start, and leaves each error in the task of its child: the join does not throw it.</summary>
    Collect,
}
