using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

/// <summary>Our reader beside that of the base class library, on JSON that both read; and what we write, read back.</summary>
public sealed class CodecDifferentialTests
{
    // OVERLAP_THOROUGH=1 takes a hundred times as many.
    private static readonly int Rounds = 3000 * (Environment.GetEnvironmentVariable("OVERLAP_THOROUGH") == "1" ? 100 : 1);

    [Fact]
    public void Read_RandomJson_IsWhatUtf8JsonReaderReads()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            RandomValues random = new(seed);
            byte[] json = Encoding.UTF8.GetBytes(random.Write(random.Next()));

            Assert.True(WireDifference.Find(Reference(json), PythonJson.Read(json, ProtocolLimits.Default)) is null, $"seed {seed}");
        }
    }

    [Fact]
    public void Read_CapturedMessages_AreWhatUtf8JsonReaderReads()
    {
        Assert.All(GoldenVectors.Messages, message => Assert.Null(WireDifference.Find(Reference(message.Raw), PythonJson.Read(message.Raw, ProtocolLimits.Default))));
    }

    [Fact]
    public void Read_DamagedJson_IsRefusedWhenUtf8JsonReaderRefusesIt()
    {
        int refused = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            RandomValues random = new(seed);
            byte[] json = new Mutator(seed).Mutate(Encoding.UTF8.GetBytes(random.Write(random.Next())));
            if (IsRefusedByReference(json) && !json.AsSpan().ContainsAny((byte)'N', (byte)'I'))
            {
                refused++;
                Assert.Throws<MessageFormatException>(() => PythonJson.Read(json, ProtocolLimits.Default));
            }
        }

        Assert.InRange(refused, Rounds / 10, Rounds);
    }

    [Fact]
    public void WriteAndRead_RandomValues_AreTheSame()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            WireValue value = new RandomValues(seed).Next();

            Assert.Equal(value, PythonJson.Read(PythonJson.Write(value), ProtocolLimits.Default));
            Assert.Equal(value, MessagePack.Read(MessagePack.Write(value), ProtocolLimits.Default));
        }
    }

    [Fact]
    public void Write_RandomValues_IsJsonToTheBaseClassLibrary()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            WireValue value = new RandomValues(seed).Next();

            Assert.True(WireDifference.Find(value, Reference(PythonJson.Write(value))) is null, $"seed {seed}");
        }
    }

    // Texts that Utf8JsonReader reads and whole numbers that it hands out as they stand.
    private static WireValue Reference(byte[] json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { AllowMultipleValues = false, MaxDepth = 200 });
        Assert.True(reader.Read());
        WireValue value = Reference(ref reader);
        Assert.False(reader.Read());
        return value;
    }

    private static WireValue Reference(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                ImmutableArray<WireValue>.Builder items = ImmutableArray.CreateBuilder<WireValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Reference(ref reader));
                }

                return items.ToImmutable();
            case JsonTokenType.StartObject:
                List<KeyValuePair<string, WireValue>> entries = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = reader.GetString()!;
                    reader.Read();
                    entries.Add(KeyValuePair.Create(name, Reference(ref reader)));
                }

                return new WireMap(entries);
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                string digits = Encoding.ASCII.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
                return digits.AsSpan().ContainsAny('.', 'e', 'E') ? reader.GetDouble() : (WireValue)BigInteger.Parse(digits, null);
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            default:
                return default;
        }
    }

    private static bool IsRefusedByReference(byte[] json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = ProtocolLimits.Default.Depth });
        try
        {
            while (reader.Read())
            {
                // A text with half of a pair is refused only when it is asked for, and is one to us.
                _ = reader.TokenType == JsonTokenType.String && !reader.ValueSpan.Contains((byte)'\\') ? reader.GetString() : null;
            }

            return false;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return true;
        }
    }
}
