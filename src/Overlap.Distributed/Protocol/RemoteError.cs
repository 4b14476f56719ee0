using System.Collections.Immutable;

namespace Overlap.Distributed.Protocol;

/// <summary>An exception of another process, as data. No type is ever looked up by its name.</summary>
/// <param name="Type">The name of its type, as <c>ValueError</c>.</param>
/// <param name="Arguments">Its arguments; mostly one text.</param>
/// <param name="Module">Where the type is from, as <c>builtins</c>; <see langword="null"/>: not said.</param>
public sealed record RemoteError(string Type, ImmutableArray<WireValue> Arguments, string? Module)
{
    /// <summary>What it says: its first argument if that is a text, and else all of them.</summary>
    public string Message => Arguments is [{ Kind: WireKind.Text } only] ? only.AsText() : string.Join(", ", Arguments);
}
