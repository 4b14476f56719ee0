using System.Collections.Immutable;
using System.Globalization;

namespace Overlap.Distributed.Protocol;

/// <summary>What is to follow a call: the third element of a body of version 2.</summary>
/// <remarks>
/// Shape: <c>{"callbacks": [], "errbacks": [], "chain": [], "chord": {}}</c>, each of which may be <c>null</c> or missing. The chain is the wrong way round: its next step is its last.
/// Errors: more signatures than allowed, at whatever depth, are <see cref="MessageDefect.TooDeep"/>.
/// </remarks>
internal readonly record struct EmbeddedSignatures(
    ImmutableArray<WireMap> Callbacks,
    ImmutableArray<WireMap> Errbacks,
    ImmutableArray<WireMap> Chain,
    WireMap? Chord)
{
    /// <summary>Reads them out of a map.</summary>
    /// <param name="map">The map, or the body of version 1.</param>
    /// <param name="hasChain">Whether a chain is looked for, which version 1 has not.</param>
    /// <param name="limits">How many there may be.</param>
    public static EmbeddedSignatures Read(WireMap map, bool hasChain, ProtocolLimits limits)
    {
        int left = limits.Signatures;
        return new EmbeddedSignatures(
            ReadList(map["callbacks"], "callbacks", limits.Callbacks, ref left),
            ReadList(map["errbacks"], "errbacks", limits.Callbacks, ref left),
            hasChain ? ReadList(map["chain"], "chain", limits.Signatures, ref left) : [],
            ReadOne(map["chord"], "chord", ref left));
    }

    private static ImmutableArray<WireMap> ReadList(WireValue value, string name, int most, ref int left)
    {
        if (value.IsNull)
        {
            return [];
        }

        if (value.Kind != WireKind.Array)
        {
            throw Malformed(name, value.Kind, "a list of signatures");
        }

        ImmutableArray<WireValue> items = value.AsArray();
        if (items.Length > most)
        {
            throw new MessageFormatException(
                MessageDefect.TooDeep,
                string.Create(CultureInfo.InvariantCulture, $"There are {items.Length} signatures in '{name}'; {most} are allowed."));
        }

        ImmutableArray<WireMap>.Builder signatures = ImmutableArray.CreateBuilder<WireMap>(items.Length);
        foreach (WireValue item in items)
        {
            signatures.Add(ReadOne(item, name, ref left) ?? throw Malformed(name, WireKind.Null, "a signature"));
        }

        return signatures.MoveToImmutable();
    }

    private static WireMap? ReadOne(WireValue value, string name, ref int left)
    {
        if (value.IsNull)
        {
            return null;
        }

        if (value.Kind != WireKind.Map || value.AsMap()["task"].Kind != WireKind.Text)
        {
            throw Malformed(name, value.Kind, "a signature, which names a task");
        }

        Count(value, ref left);
        return value.AsMap();
    }

    // Signatures hold others in their options, their arguments and their own callbacks: whatever names a task is counted.
    private static void Count(WireValue value, ref int left)
    {
        if (value.Kind == WireKind.Array)
        {
            foreach (WireValue item in value.AsArray())
            {
                Count(item, ref left);
            }
        }
        else if (value.Kind == WireKind.Map)
        {
            if (value.AsMap().ContainsKey("task") && --left < 0)
            {
                throw new MessageFormatException(MessageDefect.TooDeep, "The message holds more signatures than are allowed.");
            }

            foreach (ref readonly KeyValuePair<string, WireValue> entry in value.AsMap().AsSpan())
            {
                Count(entry.Value, ref left);
            }
        }
    }

    private static MessageFormatException Malformed(string name, WireKind kind, string wanted) =>
        new(MessageDefect.Malformed, $"An element of '{name}', or the whole, is {kind} and not {wanted}.");
}
