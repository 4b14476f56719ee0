namespace Overlap.Timelines;

/// <summary>What a call was doing during a part of its span.</summary>
public enum SpanPhase
{
    /// <summary>Running: how much of it was work <see cref="Span.Working"/> tells, measured, never assumed.</summary>
    Working,

    /// <summary>Waiting for something outside the program: a reply, a disk, a timer.</summary>
    Waiting,

    /// <summary>Held back by a limit of our own: a connection limit, a rate.</summary>
    Throttled,

    /// <summary>Waiting before another attempt.</summary>
    Retrying,

    /// <summary>Not observed: the process's processor time tells how much of it cannot have been waiting.</summary>
    Unattributed,
}
