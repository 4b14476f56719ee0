using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class TypeTagsTests
{
    private static readonly Guid Uuid = Guid.Parse("12345678-1234-5678-1234-567812345678");

    public static TheoryData<string, WireValue, string?> Tagged => new()
    {
        { """{"__type__": "datetime", "__value__": "2020-01-02T03:04:05.678901"}""", new WireDateTime(new DateTime(2020, 1, 2, 3, 4, 5, 678, 901), null), "2020-01-02T03:04:05.678901" },
        { """{"__type__": "datetime", "__value__": "2020-01-02T03:04:05+00:00"}""", new WireDateTime(new DateTime(2020, 1, 2, 3, 4, 5), TimeSpan.Zero), "2020-01-02T03:04:05Z" },
        { """{"__type__": "datetime", "__value__": "2020-01-02T03:04:05-05:30"}""", new WireDateTime(new DateTime(2020, 1, 2, 3, 4, 5), -new TimeSpan(5, 30, 0)), "2020-01-02T03:04:05-05:30" },
        { """{"__type__": "date", "__value__": "2020-01-02"}""", new DateOnly(2020, 1, 2), "2020-01-02T00:00:00" },
        { """{"__type__": "time", "__value__": "03:04:05"}""", new TimeOnly(3, 4, 5), "03:04:05" },
        { """{"__type__": "time", "__value__": "03:04:05.678901"}""", new TimeOnly(3, 4, 5, 678, 901), "03:04:05.678901" },
        { """{"__type__": "decimal", "__value__": "1.10"}""", 1.10m, "1.10" },
        { """{"__type__": "decimal", "__value__": "-0.0000000000000000000000000001"}""", -0.0000000000000000000000000001m, "-0.0000000000000000000000000001" },
        { """{"__type__": "uuid", "__value__": {"hex": "12345678123456781234567812345678"}}""", Uuid, "12345678-1234-5678-1234-567812345678" },
        { """{"__type__": "bytes", "__value__": "abc"}""", (byte[])[97, 98, 99], null },
        { """{"__type__": "bytes", "__value__": "\u00e9"}""", (byte[])[0xC3, 0xA9], null },
        { """{"__type__": "base64", "__value__": "/wA="}""", (byte[])[0xFF, 0], null },
    };

    [Theory]
    [MemberData(nameof(Tagged))]
    public void Read_TaggedValue_IsTheValue(string json, WireValue expected, string? plain)
    {
        Assert.NotEqual("", plain);

        Assert.Equal(expected, Read(json));
    }

    [Theory]
    [MemberData(nameof(Tagged))]
    public void Write_WithTags_IsWhatPythonWrites(string json, WireValue value, string? plain)
    {
        Assert.NotEqual("", plain);

        Assert.Equal(json, Encoding.UTF8.GetString(PythonJson.Write(value, emitsTypeTags: true)));
    }

    [Theory]
    [MemberData(nameof(Tagged))]
    public void Write_WithoutTags_IsPlainTextOrRefused(string json, WireValue value, string? plain)
    {
        Assert.NotEmpty(json);
        if (plain is null)
        {
            Assert.Equal(MessageDefect.Malformed, Assert.Throws<MessageFormatException>(() => PythonJson.Write(value)).Defect);
        }
        else
        {
            Assert.Equal($"\"{plain}\"", Encoding.UTF8.GetString(PythonJson.Write(value)));
        }
    }

    [Fact]
    public void Read_ValueBeforeTag_IsTheValue() => Assert.Equal((WireValue)1.5m, Read("""{"__value__": "1.5", "__type__": "decimal"}"""));

    [Fact]
    public void Read_MoreThanTagAndValue_IsAMap() => Assert.Equal(3, Read("""{"__type__": "decimal", "__value__": "1", "x": 1}""").AsMap().Count);

    [Theory]
    [InlineData("""{"__type__": "money", "__value__": "1"}""", MessageDefect.UnknownTag)]
    [InlineData("""{"__type__": 1, "__value__": "1"}""", MessageDefect.UnknownTag)]
    [InlineData("""{"__type__": "datetime", "__value__": "yesterday"}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "datetime", "__value__": 5}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "date", "__value__": "2020-02-30"}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "time", "__value__": "24:00:00"}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "decimal", "__value__": "x"}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "decimal", "__value__": " 1"}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "decimal", "__value__": "NaN"}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "decimal", "__value__": "1E+40"}""", MessageDefect.NumberOverflow)]
    [InlineData("""{"__type__": "decimal", "__value__": "1E-40"}""", MessageDefect.NumberOverflow)]
    [InlineData("""{"__type__": "decimal", "__value__": "0.12345678901234567890123456789"}""", MessageDefect.NumberOverflow)]
    [InlineData("""{"__type__": "decimal", "__value__": "1e99999999999"}""", MessageDefect.NumberOverflow)]
    [InlineData("""{"__type__": "decimal", "__value__": "0e99999999999"}""", MessageDefect.NumberOverflow)]
    [InlineData("""{"__type__": "uuid", "__value__": "1234"}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "uuid", "__value__": {"hex": "1234"}}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "bytes", "__value__": "\ud800"}""", MessageDefect.Malformed)]
    [InlineData("""{"__type__": "base64", "__value__": "?"}""", MessageDefect.Malformed)]
    public void Read_TagThatCannotBe_SaysWhy(string json, MessageDefect expected) =>
        Assert.Equal(expected, Assert.Throws<MessageFormatException>(() => Read(json)).Defect);

    [Fact]
    public void Flatten_NestedValues_AreTexts()
    {
        WireValue value = new WireMap(KeyValuePair.Create<string, WireValue>("a", System.Collections.Immutable.ImmutableArray.Create<WireValue>(1, Uuid)));

        Assert.Equal("{'a': [1, '12345678-1234-5678-1234-567812345678']}", TypeTags.Flatten(value).ToString());
    }

    private static WireValue Read(string json) => PythonJson.Read(Encoding.UTF8.GetBytes(json), ProtocolLimits.Default);
}
