using System.Collections.Immutable;

namespace Overlap.Distributed.Protocol;

/// <summary>What a result backend keeps of a call.</summary>
public sealed record ResultDocument
{
    /// <summary>The id of the call.</summary>
    public required string TaskId { get; init; }

    /// <summary>How the call stands.</summary>
    public required TaskState State { get; init; }

    /// <summary>The name of the state as it is written, which tells custom ones apart.</summary>
    public required string StateName { get; init; }

    /// <summary>The value returned, the progress reported, or what a state keeps.</summary>
    public WireValue Result { get; init; }

    /// <summary>What was thrown, of a call that failed, is retried or was revoked.</summary>
    public RemoteError? Error { get; init; }

    /// <summary>Where it was thrown, for people to read.</summary>
    public string? Traceback { get; init; }

    /// <summary>The calls it has sent, as result tuples; kept as they came.</summary>
    public WireValue Children { get; init; } = ImmutableArray<WireValue>.Empty;

    /// <summary>When it ended.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>The call that sent it.</summary>
    public string? ParentId { get; init; }

    /// <summary>The group it belongs to.</summary>
    public string? GroupId { get; init; }

    /// <summary>Further parts, as the name and arguments of an extended result; kept as they came.</summary>
    public WireMap Others { get; init; } = WireMap.Empty;

    /// <summary>Whether the call has ended, so that the document changes no more.</summary>
    public bool IsReady => State is TaskState.Success or TaskState.Failure or TaskState.Revoked;
}
