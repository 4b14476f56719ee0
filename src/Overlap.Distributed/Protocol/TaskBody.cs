using System.Collections.Immutable;

namespace Overlap.Distributed.Protocol;

/// <summary>Writes the body of a call in version 2: <c>[args, kwargs, {"callbacks", "errbacks", "chain", "chord"}]</c>.</summary>
internal static class TaskBody
{
    /// <summary>Writes it as JSON.</summary>
    public static byte[] WriteJson(TaskMessage message, bool emitsTypeTags, bool emitsNonFinite)
    {
        PythonJsonWriter writer = new(emitsTypeTags, emitsNonFinite);
        try
        {
            writer.WriteRaw("["u8);
            writer.WriteArray(message.Args.AsSpan());
            writer.WriteRaw(", "u8);
            writer.WriteMap(message.Kwargs);
            writer.WriteRaw(", {\"callbacks\": "u8);
            WriteSignatures(ref writer, message.Callbacks);
            writer.WriteRaw(", \"errbacks\": "u8);
            WriteSignatures(ref writer, message.Errbacks);
            writer.WriteRaw(", \"chain\": "u8);
            WriteSignatures(ref writer, message.Chain);
            writer.WriteRaw(", \"chord\": "u8);
            writer.WriteValue(message.Chord);
            writer.WriteRaw("}]"u8);
            return writer.ToArray();
        }
        catch (MessageFormatException refusal)
        {
            throw PythonJson.WithPlace(refusal, Named(message), emitsTypeTags, emitsNonFinite);
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Writes it as MessagePack.</summary>
    public static byte[] WriteMessagePack(TaskMessage message) => MessagePack.Write(
        ImmutableArray.Create<WireValue>(
            message.Args,
            message.Kwargs,
            new WireMap(
                KeyValuePair.Create("callbacks", ListOf(message.Callbacks)),
                KeyValuePair.Create("errbacks", ListOf(message.Errbacks)),
                KeyValuePair.Create("chain", ListOf(message.Chain)),
                KeyValuePair.Create<string, WireValue>("chord", message.Chord))),
        Named(message));

    private static void WriteSignatures(ref PythonJsonWriter writer, ImmutableArray<WireMap> signatures)
    {
        if (signatures.IsEmpty)
        {
            writer.WriteRaw("null"u8);
            return;
        }

        for (int index = 0; index < signatures.Length; index++)
        {
            writer.WriteRaw(index == 0 ? "["u8 : ", "u8);
            writer.WriteMap(signatures[index]);
        }

        writer.WriteRaw("]"u8);
    }

    private static WireValue ListOf(ImmutableArray<WireMap> signatures) =>
        signatures.IsEmpty ? default(WireValue) : signatures.Select(signature => (WireValue)signature).ToImmutableArray();

    // The parts by the names that an error calls them.
    private static WireMap Named(TaskMessage message) => new(
        KeyValuePair.Create<string, WireValue>("args", message.Args),
        KeyValuePair.Create<string, WireValue>("kwargs", message.Kwargs),
        KeyValuePair.Create("callbacks", ListOf(message.Callbacks)),
        KeyValuePair.Create("errbacks", ListOf(message.Errbacks)),
        KeyValuePair.Create("chain", ListOf(message.Chain)),
        KeyValuePair.Create<string, WireValue>("chord", message.Chord));
}
