using System.Collections.Immutable;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>How a call is to be sent and run. Whatever is not said is for the client, the task's options or the worker to say.</summary>
public sealed record CallOptions
{
    /// <summary>Nothing said.</summary>
    public static CallOptions None { get; } = new();

    /// <summary>The id of the call; <see langword="null"/>: a new one.</summary>
    public string? TaskId
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value?.Length ?? 1, 155, nameof(TaskId));
            ArgumentOutOfRangeException.ThrowIfLessThan(value?.Length ?? 1, 1, nameof(TaskId));
            field = value;
        }
    }

    /// <summary>The queue.</summary>
    public string? Queue { get; init; }

    /// <summary>The exchange, where a queue is not said.</summary>
    public string? Exchange { get; init; }

    /// <summary>The routing key, where a queue is not said.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>0 to 9, meant as the broker means it: on Redis, SQLite and in memory the lower is served first, on RabbitMQ the higher.</summary>
    public int? Priority
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0, nameof(Priority));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value ?? 0, 9, nameof(Priority));
            field = value;
        }
    }

    /// <summary>How long after its sending the call is to start at the earliest. Yields to <see cref="Eta"/>.</summary>
    public TimeSpan? Countdown { get; init; }

    /// <summary>When the call is to start at the earliest.</summary>
    public DateTimeOffset? Eta { get; init; }

    /// <summary>When the call is not to start any more. It ends as revoked then.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How long after its sending the call is not to start any more. Yields to <see cref="Expires"/>.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>How long a run may take before it is ended by force. Comes before the task's own limit.</summary>
    public TimeSpan? HardLimit { get; init; }

    /// <summary>How long a run may take before its token is cancelled. Comes before the task's own limit.</summary>
    public TimeSpan? SoftLimit { get; init; }

    /// <summary>Whether the result is not to be stored.</summary>
    public bool? IgnoresResult { get; init; }

    /// <summary>Headers of the caller's own.</summary>
    public WireMap Headers { get; init; } = WireMap.Empty;

    /// <summary>How the body is serialised.</summary>
    public ContentKind? Content { get; init; }

    /// <summary>Whether the body is compressed.</summary>
    public bool? IsCompressed { get; init; }

    /// <summary>A name for people to read, in place of the task's.</summary>
    public string? Shadow { get; init; }

    /// <summary>The queue for replies.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The first call of the workflow.</summary>
    public string? RootId { get; init; }

    /// <summary>The call that sends this one.</summary>
    public string? ParentId { get; init; }

    /// <summary>The group it belongs to.</summary>
    internal string? GroupId { get; init; }

    /// <summary>Its place in the group, from 0.</summary>
    internal long? GroupIndex { get; init; }

    /// <summary>Calls to make with the result, which comes first among their arguments: <c>[new Signature("tasks.notify")]</c>.</summary>
    public ImmutableArray<WireMap> Callbacks { get; init; } = [];

    /// <summary>Calls to make when it fails for good, with its id as their first argument.</summary>
    public ImmutableArray<WireMap> Errbacks { get; init; } = [];

    /// <summary>The steps that follow, each with the result of the one before. The next one is the last, as it travels.</summary>
    public ImmutableArray<WireMap> Chain { get; init; } = [];

    /// <summary>The body of the chord whose header it belongs to.</summary>
    internal WireMap? Chord { get; init; }

    /// <summary>Options of other names, kept as they came.</summary>
    internal WireMap Others { get; init; } = WireMap.Empty;
}
