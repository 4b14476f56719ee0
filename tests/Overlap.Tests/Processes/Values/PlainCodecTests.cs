using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Values;

public class PlainCodecTests
{
    public static TheoryData<object> Values() =>
    [
        (byte)7, (sbyte)-7, (short)-300, (ushort)300, -70_000, 70_000u, long.MinValue, ulong.MaxValue, 'x', '\uD800', true, false,
        1.5f, double.NaN, -0.0, 79228162514264337593543950335m, 1.00m, (Half)2.5, Int128.MinValue, UInt128.MaxValue,
        Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff"), new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc), DateTime.MaxValue,
        new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(-14)), DateTimeOffset.MaxValue, TimeSpan.MinValue, DateOnly.MaxValue, TimeOnly.MaxValue,
        new Index(3, fromEnd: true), 2..^1, new Rune(0x1F600), new Complex(1, 2), Colour.Green, (Colour)200,
        new Point(1.5, -3), new Flags(1, true, DateTime.MaxValue, -1.5m, DateTimeOffset.MinValue), new Flags(1, false, null, 0, default),
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public void Read_WrittenAsItLies_IsTheSame(object value)
    {
        ValueCodecs codecs = new();
        IFieldCodec codec = codecs.OfType(value.GetType());
        PayloadWriter writer = new(new TestBorder());
        codec.WriteObject(writer, value);
        PayloadReader reader = new(writer.Written, writer.Border);

        Assert.Equal(value, codec.ReadObject(ref reader));
        Assert.Equal(codec.FixedSize, writer.Length);
        Assert.True(codec.IsImmutable);
    }

    [Fact]
    public void Read_DateWithKind_KeepsKind() =>
        Assert.Equal(DateTimeKind.Local, Travel.Once(new DateTime(5, DateTimeKind.Local)).Kind);

    [Fact]
    public void Read_DecimalWithTrailingZeros_KeepsScale() => Assert.Equal("1.00", Travel.Once(1.00m).ToString());

    [Fact]
    public void Write_StructWithoutField_WritesNothing() => Assert.Equal(0, Travel.SizeOf(default(Nothing)));

    [Fact]
    public void Read_ArrayOfStructsWithoutField_KeepsCount() => Assert.Equal(1000, Travel.Once(new Nothing[1000]).Length);

    [Fact]
    public void Read_TruthOfTwo_Throws() => Assert.Throws<PayloadException>(() => ReadBytes<bool>([2]));

    [Fact]
    public void Read_ArrayWithTruthOfTwo_Throws() => Assert.Throws<PayloadException>(() => ReadBytes<bool[]>([1, 3, 0, 1, 2]));

    [Fact]
    public void Read_DateBeyondTheLast_Throws() =>
        Assert.Throws<PayloadException>(() => ReadBytes<DateTime>(BitConverter.GetBytes(DateTime.MaxValue.Ticks + 1)));

    [Fact]
    public void Read_DecimalOfScale29_Throws() =>
        Assert.Throws<PayloadException>(() => ReadBytes<decimal>([0, 0, 29, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]));

    [Fact]
    public void Read_OffsetOf15Hours_Throws()
    {
        DateTimeOffset value = new(2024, 1, 1, 0, 0, 0, TimeSpan.FromMinutes(777));
        byte[] bytes = BytesOf(value);
        int at = bytes.AsSpan().IndexOf(BitConverter.GetBytes((short)777));
        BitConverter.TryWriteBytes(bytes.AsSpan(at), (short)900);
        Assert.Throws<PayloadException>(() => ReadBytes<DateTimeOffset>(bytes));
    }

    [Fact]
    public void Read_TruthOfTwoInsideAStruct_Throws()
    {
        byte[] on = BytesOf(new Flags(0, true, null, 0, default));
        byte[] off = BytesOf(new Flags(0, false, null, 0, default));
        int at = on.AsSpan().CommonPrefixLength(off);
        off[at] = 2;
        Assert.Throws<PayloadException>(() => ReadBytes<Flags>(off));
    }

    [Fact]
    public void Read_TruthInsideAnInlineArray_IsChecked() => Assert.Throws<PayloadException>(() => ReadBytes<ThreeTruths>([0, 1, 2]));

    [Fact]
    public void Read_TooFewBytes_Throws() => Assert.Throws<PayloadException>(() => ReadBytes<long>([1, 2, 3]));

    private static byte[] BytesOf<T>(T value)
    {
        byte[] bytes = new byte[Unsafe.SizeOf<T>()];
        Unsafe.WriteUnaligned(ref bytes[0], value);
        return bytes;
    }

    private static T ReadBytes<T>(byte[] bytes)
    {
        PayloadReader reader = new(bytes, new TestBorder());
        return new ValueCodecs().Of<T>().Read(ref reader);
    }
}
