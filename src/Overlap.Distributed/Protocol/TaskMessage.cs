using System.Collections.Immutable;

namespace Overlap.Distributed.Protocol;

/// <summary>A call of a task, as it travels: which task, with what, and what is to follow. Data only.</summary>
internal sealed record TaskMessage
{
    /// <summary>The task's name, which is the whole contract between who calls and who runs.</summary>
    public required string Task { get; init; }

    /// <summary>The id of the call.</summary>
    public required string Id { get; init; }

    /// <summary>The positional arguments.</summary>
    public ImmutableArray<WireValue> Args { get; init; } = [];

    /// <summary>The arguments by name.</summary>
    public WireMap Kwargs { get; init; } = WireMap.Empty;

    /// <summary>The first call of the workflow; <see langword="null"/>: this one.</summary>
    public string? RootId { get; init; }

    /// <summary>The call that sent this one; <see langword="null"/>: none.</summary>
    public string? ParentId { get; init; }

    /// <summary>The group it belongs to; <see langword="null"/>: none.</summary>
    public string? GroupId { get; init; }

    /// <summary>Its place in the group, from 0.</summary>
    public long? GroupIndex { get; init; }

    /// <summary>A name for people to read, in place of the task's.</summary>
    public string? Shadow { get; init; }

    /// <summary>Not to be run before.</summary>
    public DateTimeOffset? Eta { get; init; }

    /// <summary>Not to be run after.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How often it has been tried again.</summary>
    public int Retries { get; init; }

    /// <summary>How long a run may take before it is killed.</summary>
    public TimeSpan? HardLimit { get; init; }

    /// <summary>How long a run may take before it is asked to stop.</summary>
    public TimeSpan? SoftLimit { get; init; }

    /// <summary>The positional arguments for people to read; <see langword="null"/>: made from them.</summary>
    public string? ArgsText { get; init; }

    /// <summary>The arguments by name for people to read; <see langword="null"/>: made from them.</summary>
    public string? KwargsText { get; init; }

    /// <summary>Who sent it, as <c>gen1234@host</c>.</summary>
    public string? Origin { get; init; }

    /// <summary>Whether its result is not to be kept.</summary>
    public bool IgnoresResult { get; init; }

    /// <summary>Signatures to call with the result.</summary>
    public ImmutableArray<WireMap> Callbacks { get; init; } = [];

    /// <summary>Signatures to call when it fails.</summary>
    public ImmutableArray<WireMap> Errbacks { get; init; } = [];

    /// <summary>The steps that follow, the next one last.</summary>
    public ImmutableArray<WireMap> Chain { get; init; } = [];

    /// <summary>The body of the chord whose header it belongs to.</summary>
    public WireMap? Chord { get; init; }

    /// <summary>How often a task has put another in its own place before this one.</summary>
    public int ReplacedTaskNesting { get; init; }

    /// <summary>The names of the stamps that it passes on.</summary>
    public ImmutableArray<string> StampedHeaders { get; init; } = [];

    /// <summary>The stamps, by name.</summary>
    public WireMap Stamps { get; init; } = WireMap.Empty;

    /// <summary>Headers that no version of the protocol names: the users' own, kept as they came.</summary>
    public WireMap OtherHeaders { get; init; } = WireMap.Empty;

    /// <summary>How the body is serialised.</summary>
    public ContentKind Content { get; init; } = ContentKind.Json;

    /// <summary>Whether the body is compressed.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>What the transport knows of it.</summary>
    public MessageProperties Properties { get; init; } = new();
}
