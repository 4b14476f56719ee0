namespace Overlap.Distributed.Client;

/// <summary>What is known of the sending of a call.</summary>
public enum SendOutcome
{
    /// <summary>The broker has confirmed it.</summary>
    Confirmed,

    /// <summary>
    /// The broker has confirmed it, but before that a try got lost, of which nobody knows whether it was taken: the call may run twice, under one id.
    /// </summary>
    Resent,

    /// <summary>No try was confirmed, and of one at least nobody knows whether it was taken.</summary>
    Unknown,

    /// <summary>The broker has not taken it.</summary>
    Refused,

    /// <summary>It was not sent here: the handle was made for an id.</summary>
    NotSent,
}
