using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class PythonJsonWriteTests
{
    [Fact]
    public void Write_ListAndMap_HasPythonsBlanks() => Assert.Equal(
        """[1, {"a": null, "b": [true, false]}, [], {}]""",
        Write(ImmutableArray.Create<WireValue>(
            1,
            new WireMap(KeyValuePair.Create<string, WireValue>("a", default), KeyValuePair.Create<string, WireValue>("b", ImmutableArray.Create<WireValue>(true, false))),
            ImmutableArray<WireValue>.Empty,
            WireMap.Empty)));

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("h\u00e9 \u2603 \ud83d\ude00", "\"h\\u00e9 \\u2603 \\ud83d\\ude00\"")]
    [InlineData("\"\\/\b\f\n\r\t\u0001\u007f", "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\"")]
    [InlineData("", "\"\"")]
    public void Write_Text_IsAsciiAsPythonEscapesIt(string text, string expected) => Assert.Equal(expected, Write(text));

    [Theory]
    [InlineData(3.0, "3.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e16, "10000000000000000.0")]
    [InlineData(5e-324, "5E-324")]
    [InlineData(double.MaxValue, "1.7976931348623157E+308")]
    public void Write_FloatingPoint_StaysFloatingPoint(double number, string expected) => Assert.Equal(expected, Write(number));

    // An attribute would not keep half of a pair.
    [Fact]
    public void Write_HalfOfAPair_IsEscaped() => Assert.Equal("\"\\ude00\\ud83d\"", Write("\ude00\ud83d"));

    [Fact]
    public void Write_EveryPowerOfTen_ReadsAsTheSame()
    {
        for (int power = -323; power <= 308; power++)
        {
            double number = double.Parse($"1.2e{power}", null);

            Assert.Equal((WireValue)number, PythonJson.Read(PythonJson.Write(number), ProtocolLimits.Default));
        }
    }

    [Fact]
    public void Write_LongWholeNumber_IsBare() => Assert.Equal("1180591620717411303424", Write(BigInteger.Pow(2, 70)));

    [Fact]
    public void Write_WholeNumberThatPythonDoesNotRead_IsRefused() => Refuse(MessageDefect.NumberOverflow, "[0]", ImmutableArray.Create<WireValue>(BigInteger.Pow(10, PythonJson.MostDigits)));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Write_NoFiniteNumber_IsRefusedAtItsPlace(double number) => Refuse(
        MessageDefect.NumberOverflow,
        "a[1].b",
        new WireMap(KeyValuePair.Create<string, WireValue>("a", ImmutableArray.Create<WireValue>(
            1,
            new WireMap(KeyValuePair.Create<string, WireValue>("b", number))))));

    [Fact]
    public void Write_NoFiniteNumberThatMayBe_IsWhatPythonWrites() => Assert.Equal(
        "[NaN, Infinity, -Infinity]",
        Encoding.UTF8.GetString(PythonJson.Write(
            ImmutableArray.Create<WireValue>(double.NaN, double.PositiveInfinity, double.NegativeInfinity), emitsNonFinite: true)));

    [Fact]
    public void Write_BytesWithoutTags_AreRefusedAtTheirPlace() =>
        Refuse(MessageDefect.Malformed, "[1]", ImmutableArray.Create<WireValue>(1, (byte[])[1]));

    [Fact]
    public void Write_DeeperThanTheStack_IsTooDeep()
    {
        WireValue value = 1;
        for (int depth = 0; depth < 200_000; depth++)
        {
            value = ImmutableArray.Create(value);
        }

        Assert.Equal(MessageDefect.TooDeep, Assert.Throws<MessageFormatException>(() => PythonJson.Write(value)).Defect);
    }

    [Fact]
    public void Write_MoreThanOneBuffer_IsWhole()
    {
        string text = new('x', 100_000);

        Assert.Equal($"[\"{text}\", \"\\u2603\"]", Write(ImmutableArray.Create<WireValue>(text, "\u2603")));
    }

    private static string Write(WireValue value) => Encoding.UTF8.GetString(PythonJson.Write(value));

    private static void Refuse(MessageDefect defect, string place, WireValue value)
    {
        MessageFormatException refusal = Assert.Throws<MessageFormatException>(() => PythonJson.Write(value));
        Assert.Equal(defect, refusal.Defect);
        Assert.Contains($"at {place}.", refusal.Message, StringComparison.Ordinal);
    }
}
