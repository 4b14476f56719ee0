using System.Collections.Immutable;
using System.Numerics;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Tests.Tasks;

public sealed class WireConverterTests
{
    private static readonly WireConverter Converter = WireConverter.Default;

    public static TheoryData<object> Values =>
    [
        true, 7, -7L, (byte)200, (sbyte)-3, (short)-300, (ushort)60_000, 4_000_000_000u, ulong.MaxValue, 1.5, 1.5f, 1.10m, "text", "",
        new byte[] { 0, 255 }, Guid.Parse("8a5b9c0e-3c1a-4b8e-9a52-0d7f2f6c1e11"), BigInteger.Pow(2, 70), new DateOnly(2031, 2, 3),
        new TimeOnly(4, 5, 6), TimeSpan.FromSeconds(90.5), new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(2)), DayOfWeek.Friday,
        new Clip("a", 3, [1, 2], new Dictionary<string, int> { ["x"] = 1 }),
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public void Read_WhatWasWritten_IsTheSame(object value)
    {
        object read = typeof(WireConverterTests)
            .GetMethod(nameof(ThereAndBack), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(value.GetType())
            .Invoke(null, [value])!;

        Assert.Equivalent(value, read, strict: true);
    }

    [Fact]
    public void Read_NullIntoNullable_IsNothing()
    {
        Assert.Null(Converter.Read<int?>(default));
        Assert.Null(Converter.Read<string>(default));
        Assert.Equal(3, Converter.Read<int?>(3));
    }

    [Theory]
    [InlineData("x", "str 'x' is no int")]
    [InlineData(2.5, "float 2.5 is no int")]
    [InlineData(true, "bool True is no int")]
    [InlineData(null, "NoneType None is no int")]
    public void Read_ValueOfAnotherKind_SaysWhatItIs(object? value, string message)
    {
        WireValue wire = value switch { string text => text, double number => number, bool flag => flag, _ => default(WireValue) };

        Assert.Equal(message, Assert.Throws<WireConversionException>(() => Converter.Read<int>(wire)).Message);
    }

    [Fact]
    public void Read_NumberOutOfRange_IsRefused() => Assert.Throws<WireConversionException>(static () => Converter.Read<int>(1L << 40));

    [Fact]
    public void Read_WholeFloatIntoInteger_IsTaken() => Assert.Equal(2, Converter.Read<int>(2.0));

    [Fact]
    public void Read_DateAsText_IsRead() =>
        Assert.Equal(new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.Zero), Converter.Read<DateTimeOffset>("2020-01-02T03:04:05Z"));

    [Fact]
    public void Write_RecordWithPascalNames_HasNamesAsPythonWritesThem()
    {
        WireMap map = Converter.Write(new Clip("a", 3, [], [])).AsMap();

        Assert.Equal(["title", "length_seconds", "marks", "tags"], map.Select(static entry => entry.Key));
    }

    [Fact]
    public void Write_BoxedValue_IsWrittenByItsOwnType() => Assert.Equal((WireValue)3, Converter.Write<object>(3));

    [Fact]
    public void Write_ValuesOfTheWireWithin_StayAsTheyAre()
    {
        ImmutableArray<WireValue> values = [1, "a", new WireMap([new("k", true)])];

        Assert.Equal(values, Converter.Write(values).AsArray());
    }

    [Fact]
    public void Read_MapIntoObject_IsDictionary()
    {
        object? read = Converter.Read<object>(new WireMap([new("a", ImmutableArray.Create<WireValue>(1, "b"))]));

        Dictionary<string, object?> map = Assert.IsType<Dictionary<string, object?>>(read);
        Assert.Equal([1L, "b"], Assert.IsType<List<object?>>(map["a"]));
    }

    [Fact]
    public void Read_NotANumberWithinACollection_IsKept() =>
        Assert.Equal([double.NaN, 1], Converter.Read<double[]>(ImmutableArray.Create<WireValue>(double.NaN, 1.0)));

    private static T ThereAndBack<T>(T value) => Converter.Read<T>(Converter.Write(value));

    public sealed record Clip(string Title, int LengthSeconds, List<int> Marks, Dictionary<string, int> Tags);
}
