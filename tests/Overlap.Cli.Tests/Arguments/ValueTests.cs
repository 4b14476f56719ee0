using Overlap.Cli.Arguments;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Arguments;

public sealed class ValueTests
{
    [Theory]
    [InlineData("85ms", 0.085)]
    [InlineData("30s", 30)]
    [InlineData("2m", 120)]
    [InlineData("1h", 3600)]
    [InlineData("1.5", 1.5)]
    [InlineData("250us", 0.00025)]
    [InlineData("0", 0)]
    public void Duration_GoodText_IsRead(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Duration.TryParse(text)!.Value);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1s")]
    [InlineData("1e9")]
    [InlineData("100d")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1 s")]
    [InlineData("s")]
    public void Duration_BadText_IsRefused(string text) => Assert.Null(Duration.TryParse(text));

    [Theory]
    [InlineData("276", 276)]
    [InlineData("50MB", 50_000_000)]
    [InlineData("50MiB", 52_428_800)]
    [InlineData("1.5kB", 1_500)]
    [InlineData("12B", 12)]
    public void ByteSize_GoodText_IsRead(string text, long bytes) => Assert.Equal(bytes, ByteSize.TryParse(text)!.Bytes);

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-1")]
    [InlineData("9999999TiB")]
    [InlineData("5 MB")]
    public void ByteSize_BadText_IsRefused(string text) => Assert.Null(ByteSize.TryParse(text));

    [Theory]
    [InlineData("20/s", 20)]
    [InlineData("120/m", 2)]
    [InlineData("7", 7)]
    public void Rate_GoodText_IsRead(string text, double perSecond) => Assert.Equal(perSecond, Rate.TryParse(text)!.PerSecond, 9);

    [Theory]
    [InlineData("0/s")]
    [InlineData("/s")]
    [InlineData("-2/s")]
    [InlineData("20/x")]
    public void Rate_BadText_IsRefused(string text) => Assert.Null(Rate.TryParse(text));

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("0.05", 0.05)]
    [InlineData("100%", 1)]
    public void Share_GoodText_IsRead(string text, double value) => Assert.Equal(value, Share.TryParse(text)!.Value, 9);

    [Theory]
    [InlineData("101%")]
    [InlineData("2")]
    [InlineData("-1%")]
    [InlineData("%")]
    public void Share_BadText_IsRefused(string text) => Assert.Null(Share.TryParse(text));

    [Fact]
    public void ModelName_Sync_IsInline() => Assert.Equal(ExecutionModel.Inline, ModelName.TryParse("sync")!.Model);

    [Theory]
    [InlineData("cluster")]
    [InlineData("auto")]
    [InlineData("Threads")]
    public void ModelName_NotBuilt_IsRefused(string text) => Assert.Null(ModelName.TryParse(text));

    [Fact]
    public void ModelList_SameModelTwice_IsListedOnce() =>
        Assert.Equal([ExecutionModel.Async, ExecutionModel.Inline], ModelList.TryParse("async, inline,sync,async")!.Models);

    [Fact]
    public void ModelList_EmptyName_IsRefused() => Assert.Null(ModelList.TryParse("async,"));

    [Theory]
    [InlineData("85ms", 0.085, null)]
    [InlineData("300%", null, 3.0)]
    [InlineData("100%", null, 1.0)]
    public void TimeoutLimit_GoodText_IsRead(string text, double? seconds, double? ofMedian) =>
        Assert.Equal((seconds, ofMedian), (TimeoutLimit.TryParse(text)!.Time?.TotalSeconds, TimeoutLimit.TryParse(text)!.OfMedian));

    [Theory]
    [InlineData("0")]
    [InlineData("99%")]
    [InlineData("%")]
    [InlineData("-200%")]
    [InlineData("x")]
    public void TimeoutLimit_BadText_IsRefused(string text) => Assert.Null(TimeoutLimit.TryParse(text));

    [Fact]
    public void LoadLimit_Share_IsOfTheProcessors() => Assert.Equal(Environment.ProcessorCount, LoadLimit.TryParse("100%")!.Threads);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("%")]
    [InlineData("1e3")]
    public void LoadLimit_BadText_IsRefused(string text) => Assert.Null(LoadLimit.TryParse(text));

    [Theory]
    [InlineData("csv", ',')]
    [InlineData("tsv", '\t')]
    [InlineData("\\t", '\t')]
    [InlineData(";", ';')]
    [InlineData(" ", ' ')]
    public void ColumnSeparator_GoodText_IsRead(string text, char separator) => Assert.Equal((byte)separator, ColumnSeparator.TryParse(text)!.Value);

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("\"")]
    [InlineData("\n")]
    [InlineData("é")]
    public void ColumnSeparator_BadText_IsRefused(string text) => Assert.Null(ColumnSeparator.TryParse(text));
}
