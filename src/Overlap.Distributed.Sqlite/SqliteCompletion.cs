using System.Collections.Immutable;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Sqlite;

/// <summary>What is written with a completion, beside what the task writes itself.</summary>
/// <param name="Document">The result; <see langword="null"/>: none is stored.</param>
internal sealed record SqliteCompletion(ResultDocument? Document)
{
    /// <summary>The calls that follow.</summary>
    public ImmutableArray<Publication> Sequel { get; init; } = [];

    /// <summary>Told when all of it is in the file. Brief, on the writer's thread.</summary>
    public Action? Committed { get; init; }
}
