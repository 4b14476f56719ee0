using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Client;

/// <summary>Settings of a <see cref="TaskClient"/>.</summary>
public sealed record TaskClientOptions
{
    /// <summary>The queue of calls that do not say theirs. Default: <c>celery</c>.</summary>
    public string DefaultQueue { get; init => field = Guard.NotEmpty(value); } = "celery";

    /// <summary>How bodies are serialised where the call does not say. Default: JSON.</summary>
    public ContentKind Content { get; init; } = ContentKind.Json;

    /// <summary>
    /// Whether dates, decimals, UUIDs and bytes are tagged as such: kombu before 5.3 does not read that. Default: no, they travel as text.
    /// </summary>
    public bool EmitsTypeTags { get; init; }

    /// <summary>How sending is tried again. Default: 3 times within a second.</summary>
    public SendRetryPolicy Retry { get; init; } = new();

    /// <summary>How many calls of a batch travel together. Default: 500.</summary>
    public int BatchSize { get; init => field = Guard.AtLeast(1, value); } = 500;

    /// <summary>Reads results into .NET values, and writes arguments.</summary>
    public WireConverter Converter { get; init; } = WireConverter.Default;

    /// <summary>The clock of countdowns and retries. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Who sends, for people to read. Default: this process.</summary>
    public string Origin { get; init; } = $"gen{Environment.ProcessId}@{Environment.MachineName}";
}
