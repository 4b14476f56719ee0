using System.Numerics;
using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class PythonJsonReadTests
{
    [Theory]
    [InlineData("NaN", double.NaN)]
    [InlineData("Infinity", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("-0.0", -0.0)]
    [InlineData("1e5", 100000.0)]
    [InlineData("1E-2", 0.01)]
    [InlineData("3.0", 3.0)]
    public void Read_FloatingPoint_IsANumber(string json, double expected) => Assert.Equal((WireValue)expected, Read(json));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("999999999999999999", 999999999999999999)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Read_WholeNumberOf64Bits_IsAnInteger(string json, long expected) => Assert.Equal((WireValue)expected, Read(json));

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("1180591620717411303424")]
    public void Read_LongerWholeNumber_KeepsEveryDigit(string json) => Assert.Equal(BigInteger.Parse(json, null), Read(json).AsBigInteger());

    [Fact]
    public void Read_WholeNumberOfAsManyDigitsAsPythonReads_IsRead() =>
        Assert.Equal(BigInteger.Pow(10, PythonJson.MostDigits - 1), Read("1" + new string('0', PythonJson.MostDigits - 1)).AsBigInteger());

    [Fact]
    public void Read_WholeNumberOfMoreDigits_Overflows() => Refuse(MessageDefect.NumberOverflow, new string('1', PythonJson.MostDigits + 1));

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    public void Read_TooLargeForFloatingPoint_Overflows(string json) => Refuse(MessageDefect.NumberOverflow, json);

    [Theory]
    [InlineData("\"\\ud83d\\ude00\"", "\ud83d\ude00")]
    [InlineData("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00fC\"", "\"\\/\b\f\n\r\tA\u00fc")]
    [InlineData("\"h\u00e9llo \u2603\"", "h\u00e9llo \u2603")]
    [InlineData("\"\u00e9\\n\u2603\\u0000\"", "\u00e9\n\u2603\0")]
    [InlineData("\"\"", "")]
    [InlineData("\"\u007f\"", "\u007f")]
    public void Read_Text_ResolvesEscapes(string json, string expected) => Assert.Equal(expected, Read(json).AsText());

    // An attribute would not keep halves of pairs.
    [Fact]
    public void Read_HalvesOfPairs_AreKept()
    {
        Assert.Equal("\ud83d", Read("\"\\ud83d\"").AsText());
        Assert.Equal("\ude00\ud83d x", Read("\"\\ude00\\ud83d x\"").AsText());
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { (byte)'\\', (byte)'n', 0xE2, 0x98 })]
    public void Read_TextThatIsNoUtf8_SaysSo(byte[] inner) => Refuse(MessageDefect.InvalidUtf8, [(byte)'"', .. inner, (byte)'"']);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("nul")]
    [InlineData("nan")]
    [InlineData("-NaN")]
    [InlineData("-Inf")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("0x10")]
    [InlineData("'a'")]
    [InlineData("\"a")]
    [InlineData("\"a\\")]
    [InlineData("\"\\x41\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\u+123\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("[1,]")]
    [InlineData("[1 2]")]
    [InlineData("[1")]
    [InlineData("[,1]")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("{\"a\":1")]
    [InlineData("{1:1}")]
    [InlineData("1 2")]
    [InlineData("{}]")]
    [InlineData("\ufeff1")]
    [InlineData("/* */1")]
    public void Read_NoJson_IsMalformed(string json) => Refuse(MessageDefect.Malformed, json);

    [Fact]
    public void Read_NoJson_TellsTheByte() =>
        Assert.Contains("byte 4", Assert.Throws<MessageFormatException>(() => Read("[1, x]")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_NameTwice_IsADuplicate() => Refuse(MessageDefect.DuplicateKey, "{\"a\": 1, \"b\": 2, \"\\u0061\": 3}");

    [Theory]
    [InlineData(2)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(200)]
    public void Read_LastOfManyNamesTwice_IsADuplicate(int count)
    {
        string entries = string.Join(", ", Enumerable.Range(0, count).Select(number => $"\"n{number}\": {number}"));

        Assert.Equal(count, Read($"{{{entries}}}").AsMap().Count);
        Refuse(MessageDefect.DuplicateKey, $"{{{entries}, \"n{count - 1}\": 0}}");
        Refuse(MessageDefect.DuplicateKey, $"{{{entries}, \"n0\": 0}}");
    }

    [Fact]
    public void Read_SameNameInAnotherMap_IsNoDuplicate() => Assert.Equal(1, Read("{\"a\": {\"a\": 1}, \"b\": {\"a\": 2}}").AsMap()["a"].AsMap()["a"].AsInteger());

    [Fact]
    public void Read_AsDeepAsTheLimit_IsRead()
    {
        ProtocolLimits limits = ProtocolLimits.Default;

        Assert.Equal(WireKind.Array, PythonJson.Read(Encoding.UTF8.GetBytes(Nested(limits.Depth)), limits).Kind);
        Refuse(MessageDefect.TooDeep, Nested(limits.Depth + 1));
    }

    [Fact]
    public void Read_DeeperThanTheStack_IsTooDeepWhateverTheLimit()
    {
        ProtocolLimits limits = ProtocolLimits.Default with { Depth = int.MaxValue };

        MessageFormatException wrong = Assert.Throws<MessageFormatException>(() => PythonJson.Read(Encoding.UTF8.GetBytes(new string('[', 1_000_000)), limits));

        Assert.Equal(MessageDefect.TooDeep, wrong.Defect);
    }

    [Fact]
    public void Read_ManyListsBesideEachOther_AreNotDeep() => Assert.Equal(1000, Read($"[{string.Join(",", Enumerable.Repeat("[[]]", 1000))}]").AsArray().Length);

    [Fact]
    public void Read_LargerThanTheLimit_IsTooLarge()
    {
        MessageFormatException wrong = Assert.Throws<MessageFormatException>(
            () => PythonJson.Read("[1, 2]"u8, ProtocolLimits.Default with { MessageBytes = 5 }));

        Assert.Equal(MessageDefect.TooLarge, wrong.Defect);
    }

    [Fact]
    public void Read_Map_KeepsTheOrderOfItsNames() =>
        Assert.Equal(["b", "a", "task"], Read(" { \"b\" : 1 ,\t\"a\":2,\r\n\"task\":3 } ").AsMap().Select(entry => entry.Key));

    [Fact]
    public void Read_ListInMapInList_KeepsItsPlaces()
    {
        WireValue value = Read("[1, {\"a\": [2, {\"b\": [3]}, 4], \"c\": 5}, 6]");

        Assert.Equal("[1, {'a': [2, {'b': [3]}, 4], 'c': 5}, 6]", value.ToString());
    }

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static WireValue Read(string json) => PythonJson.Read(Encoding.UTF8.GetBytes(json), ProtocolLimits.Default);

    private static void Refuse(MessageDefect defect, string json) => Refuse(defect, Encoding.UTF8.GetBytes(json));

    private static void Refuse(MessageDefect defect, byte[] json) =>
        Assert.Equal(defect, Assert.Throws<MessageFormatException>(() => PythonJson.Read(json, ProtocolLimits.Default)).Defect);
}
