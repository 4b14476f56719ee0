using System.Globalization;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class WireDatesTests
{
    [Theory]
    [InlineData("2031-02-03T04:05:06.789000+00:00", "2031-02-03T04:05:06.7890000+00:00")]
    [InlineData("2031-02-03T04:05:06+05:30", "2031-02-03T04:05:06.0000000+05:30")]
    [InlineData("2031-02-03T04:05:06-0530", "2031-02-03T04:05:06.0000000-05:30")]
    [InlineData("2031-02-03T04:05:06Z", "2031-02-03T04:05:06.0000000+00:00")]
    [InlineData("2031-02-03T04:05:06", "2031-02-03T04:05:06.0000000+00:00")]
    [InlineData("2031-02-03 04:05:06", "2031-02-03T04:05:06.0000000+00:00")]
    [InlineData("2031-02-03 04:05:06.5-14:00", "2031-02-03T04:05:06.5000000-14:00")]
    [InlineData("2031-02-03T04:05:06.1234567Z", "2031-02-03T04:05:06.1234567+00:00")]
    [InlineData("2031-02-03T04:05:06.123456789Z", "2031-02-03T04:05:06.1234567+00:00")]
    [InlineData("2024-02-29T23:59:59.999999+14:00", "2024-02-29T23:59:59.9999990+14:00")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000+00:00")]
    [InlineData("9999-12-31T23:59:59.9999999", "9999-12-31T23:59:59.9999999+00:00")]
    [InlineData("2031-02-03T04:05:06-00:00", "2031-02-03T04:05:06.0000000+00:00")]
    public void TryRead_FormOfAWriter_IsTheMoment(string text, string expected)
    {
        Assert.True(WireDates.TryRead(text, out WireDateTime value));

        Assert.Equal(expected, value.ToDateTimeOffset().ToString("O", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("1924834506")]
    [InlineData("1924834506.789")]
    [InlineData("2031-02-03")]
    [InlineData("2031-02-03T04:05")]
    [InlineData("2031-02-03T04:05:06.")]
    [InlineData("2031-02-03T04:05:06.1234567890Z")]
    [InlineData("2031-02-03T04:05:06,789Z")]
    [InlineData("2031-02-03T04:05:06z")]
    [InlineData("2031-02-03t04:05:06Z")]
    [InlineData("2031-02-03T04:05:06+05")]
    [InlineData("2031-02-03T04:05:06+05:3")]
    [InlineData("2031-02-03T04:05:06+05:60")]
    [InlineData("2031-02-03T04:05:06+05:30:00")]
    [InlineData("2031-02-03T04:05:06+14:01")]
    [InlineData("2031-02-03T04:05:06ZZ")]
    [InlineData("2031-02-03T04:05:06Z0000")]
    [InlineData("2031-02-03T04:05:06 +05:30")]
    [InlineData(" 2031-02-03T04:05:06Z")]
    [InlineData("2031-02-30T04:05:06Z")]
    [InlineData("2031-13-03T04:05:06Z")]
    [InlineData("2031-00-03T04:05:06Z")]
    [InlineData("2031-02-00T04:05:06Z")]
    [InlineData("0000-02-03T04:05:06Z")]
    [InlineData("2031-02-03T24:00:00Z")]
    [InlineData("2031-02-03T04:60:06Z")]
    [InlineData("2031-02-03T04:05:60Z")]
    [InlineData("2031-2-3T04:05:06Z")]
    [InlineData("2031-02-03T04-05:06Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("\u0662031-02-03T04:05:06Z")]
    public void TryRead_AnythingElse_IsRefused(string text) => Assert.False(WireDates.TryRead(text, out _));

    [Fact]
    public void WriteUtc_AnyMoment_HasSixDigitsAndOffset() => Assert.Equal(
        "2031-02-03T02:05:06.000000+00:00",
        WireDates.WriteUtc(new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(2))));

    [Fact]
    public void WriteUtc_SevenDigits_AreCutToSix() => Assert.Equal(
        "2031-02-03T04:05:06.123456+00:00",
        WireDates.WriteUtc(new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(1234567)));

    [Theory]
    [InlineData("2031-02-03T04:05:06.789000+05:30")]
    [InlineData("2031-02-03T04:05:06-05:30")]
    [InlineData("2031-02-03T04:05:06")]
    public void Write_WhatWasRead_IsTheSameText(string text)
    {
        Assert.True(WireDates.TryRead(text, out WireDateTime value));

        Assert.Equal(text, WireDates.Write(value));
    }
}
