using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class BodyCompressionTests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000)));

    [Fact]
    public void Inflate_WhatWasDeflated_IsTheSame() => Assert.Equal(Body, BodyCompression.Inflate(BodyCompression.Deflate(Body), Body.Length));

    [Fact]
    public void Deflate_AnyBody_IsAZlibStream() => Assert.Equal(0x78, BodyCompression.Deflate(Body)[0]);

    [Fact]
    public void Inflate_MoreThanTheLimit_IsTooLarge() =>
        Assert.Equal(MessageDefect.TooLarge, DefectOf(BodyCompression.Deflate(Body), Body.Length - 1));

    [Fact]
    public void Inflate_ABomb_StopsAtTheLimit() =>
        Assert.Equal(MessageDefect.TooLarge, DefectOf(BodyCompression.Deflate(new byte[64 * 1024 * 1024]), 1024));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Inflate_CutOff_IsRefused(int length) => Assert.Equal(MessageDefect.CompressionRefused, DefectOf(BodyCompression.Deflate(Body)[..length], Body.Length));

    [Fact]
    public void Inflate_WithoutTheLastByte_IsRefused() =>
        Assert.Equal(MessageDefect.CompressionRefused, DefectOf(BodyCompression.Deflate(Body)[..^1], Body.Length));

    [Fact]
    public void Inflate_NoZlib_IsRefused() => Assert.Equal(MessageDefect.CompressionRefused, DefectOf(Body, Body.Length));

    private static MessageDefect DefectOf(byte[] body, int limit) =>
        Assert.Throws<MessageFormatException>(() => BodyCompression.Inflate(body, limit)).Defect;
}
