using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class TimelineExportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("overlap-timelines");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("a.json", TimelineFormat.Json)]
    [InlineData("a.trace.json", TimelineFormat.Chrome)]
    [InlineData("a.chrome.JSON", TimelineFormat.Chrome)]
    [InlineData("dir.svg/a.html", TimelineFormat.Html)]
    [InlineData("a.SVG", TimelineFormat.Svg)]
    [InlineData("a.txt", TimelineFormat.Text)]
    public void TryGetFormat_KnownEnding_IsItsForm(string path, TimelineFormat expected)
    {
        Assert.True(TimelineExport.TryGetFormat(path, out TimelineFormat format));
        Assert.Equal(expected, format);
    }

    [Theory]
    [InlineData("")]
    [InlineData("json")]
    [InlineData("a.pdf")]
    public void TryGetFormat_OtherEnding_IsNone(string path) => Assert.False(TimelineExport.TryGetFormat(path, out _));

    [Theory]
    [InlineData("a.json", "{\"version\":1")]
    [InlineData("a.trace.json", "{\"displayTimeUnit\"")]
    [InlineData("a.svg", "<svg ")]
    [InlineData("a.html", "<!DOCTYPE html>")]
    [InlineData("a.txt", "pages\n")]
    public void Write_EachForm_BeginsAsThatForm(string name, string begin)
    {
        string path = Path.Combine(_folder.FullName, name);
        TimelineExport.Write(path, Pages(4));

        Assert.StartsWith(begin, File.ReadAllText(path), StringComparison.Ordinal);
        _ = Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Write_UnknownEnding_SaysWhichThereAre()
    {
        Assert.Contains(".svg", Assert.Throws<ArgumentException>(() => TimelineExport.Write(Path.Combine(_folder.FullName, "a.pdf"), Pages(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_FailsHalfway_LeavesTheOldFileAndNothingElse()
    {
        string path = Path.Combine(_folder.FullName, "a.json");
        File.WriteAllText(path, "old");
        Timeline broken = Of("threads", 1, 0, LaneOf(0, (LaneKind)99, Call(0, 0, 1)));

        _ = Assert.Throws<ArgumentOutOfRangeException>(() => TimelineExport.Write(path, [Pages(1)[0], broken]));

        Assert.Equal("old", File.ReadAllText(path));
        _ = Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Write_FolderMissing_ThrowsWithItsName()
    {
        string path = Path.Combine(_folder.FullName, "missing", "a.json");

        Assert.Contains("missing", Assert.Throws<DirectoryNotFoundException>(() => TimelineExport.Write(path, Pages(1))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TimelineFormat.Json)]
    [InlineData(TimelineFormat.Svg)]
    [InlineData(TimelineFormat.Html)]
    [InlineData(TimelineFormat.Chrome)]
    [InlineData(TimelineFormat.Text)]
    public void Write_ToAStream_LeavesItOpen(TimelineFormat format)
    {
        using MemoryStream stream = new();
        TimelineExport.Write(stream, Pages(2), format);

        Assert.True(stream.CanWrite && stream.Length > 0);
    }
}
