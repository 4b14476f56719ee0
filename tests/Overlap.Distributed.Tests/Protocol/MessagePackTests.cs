using System.Collections.Immutable;
using System.Numerics;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class MessagePackTests
{
    public static TheoryData<string, WireValue> Forms => new()
    {
        { "C0", default },
        { "C2", false },
        { "C3", true },
        { "00", 0 },
        { "7F", 127 },
        { "FF", -1 },
        { "E0", -32 },
        { "CC80", 128 },
        { "CD0100", 256 },
        { "CE00010000", 65536 },
        { "CF0000000100000000", 4294967296 },
        { "CFFFFFFFFFFFFFFFFF", (BigInteger)ulong.MaxValue },
        { "D0DF", -33 },
        { "D1FF7F", -129 },
        { "D2FFFF7FFF", -32769 },
        { "D3FFFFFFFF7FFFFFFF", -2147483649 },
        { "CB400C000000000000", 3.5 },
        { "CB7FF0000000000000", double.PositiveInfinity },
        { "A0", "" },
        { "A3C3A961", "\u00e9a" },
        { "C401FF", (byte[])[0xFF] },
        { "920102", ImmutableArray.Create<WireValue>(1, 2) },
        { "81A16100", new WireMap(KeyValuePair.Create<string, WireValue>("a", 0)) },
        { "80", WireMap.Empty },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Read_Form_IsItsValue(string bytes, WireValue expected) => Assert.Equal(expected, Read(bytes));

    [Theory]
    [MemberData(nameof(Forms))]
    public void Write_Value_IsItsShortestForm(string expected, WireValue value) => Assert.Equal(expected, Convert.ToHexString(MessagePack.Write(value)));

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void WriteAndRead_AnyLength_IsTheSame(int length)
    {
        WireValue value = ImmutableArray.Create<WireValue>(
            new string('x', length),
            new byte[length],
            Enumerable.Repeat((WireValue)1, length).ToImmutableArray(),
            new WireMap(Enumerable.Range(0, length).Select(number => KeyValuePair.Create<string, WireValue>($"{number}", number))));

        Assert.Equal(value, MessagePack.Read(MessagePack.Write(value), ProtocolLimits.Default));
    }

    [Fact]
    public void Read_ShortFloatingPoint_IsANumber() => Assert.Equal((WireValue)0.5, Read("CA3F000000"));

    [Fact]
    public void Read_WholeNumberAsName_IsAText() => Assert.Equal("{'7': 0}", Read("810700").ToString());

    [Theory]
    [InlineData("", MessageDefect.Malformed)]
    [InlineData("C1", MessageDefect.Malformed)]
    [InlineData("D40100", MessageDefect.Malformed)]
    [InlineData("C70101FF", MessageDefect.Malformed)]
    [InlineData("0000", MessageDefect.Malformed)]
    [InlineData("92", MessageDefect.Malformed)]
    [InlineData("A2FF", MessageDefect.Malformed)]
    [InlineData("CD01", MessageDefect.Malformed)]
    [InlineData("DDFFFFFFFF", MessageDefect.Malformed)]
    [InlineData("DFFFFFFFFF", MessageDefect.Malformed)]
    [InlineData("C6FFFFFFFF", MessageDefect.Malformed)]
    [InlineData("81C000", MessageDefect.Malformed)]
    [InlineData("82A16100A16101", MessageDefect.DuplicateKey)]
    [InlineData("820700A13701", MessageDefect.DuplicateKey)]
    [InlineData("A1FF", MessageDefect.InvalidUtf8)]
    public void Read_NoMessagePackOfOurs_SaysWhy(string bytes, MessageDefect expected) =>
        Assert.Equal(expected, Assert.Throws<MessageFormatException>(() => Read(bytes)).Defect);

    [Fact]
    public void Read_DeeperThanTheLimit_IsTooDeep()
    {
        byte[] nested = [.. Enumerable.Repeat((byte)0x91, ProtocolLimits.Default.Depth), 0];

        Assert.Equal(WireKind.Array, MessagePack.Read(nested, ProtocolLimits.Default).Kind);
        Assert.Equal(MessageDefect.TooDeep, Assert.Throws<MessageFormatException>(() => MessagePack.Read([0x91, .. nested], ProtocolLimits.Default)).Defect);
    }

    [Theory]
    [InlineData(1, MessageDefect.NumberOverflow)]
    [InlineData(-1, MessageDefect.NumberOverflow)]
    public void Write_MoreThan64Bits_IsRefused(int sign, MessageDefect expected) =>
        Assert.Equal(expected, Assert.Throws<MessageFormatException>(() => MessagePack.Write(sign * BigInteger.Pow(2, 64))).Defect);

    [Fact]
    public void Write_HalfOfAPair_IsRefused() =>
        Assert.Equal(MessageDefect.InvalidUtf8, Assert.Throws<MessageFormatException>(() => MessagePack.Write("\ud800")).Defect);

    [Fact]
    public void Write_Date_IsPlainText() => Assert.Equal((WireValue)"2020-01-02T00:00:00", MessagePack.Read(MessagePack.Write(new DateOnly(2020, 1, 2)), ProtocolLimits.Default));

    private static WireValue Read(string bytes) => MessagePack.Read(Convert.FromHexString(bytes), ProtocolLimits.Default);
}
