using System.Text;
using Overlap.Cli.Jobs.Run.Outputs;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class LineMarkerTests
{
    [Fact]
    public void Add_PartsOfLines_GivesThemWhenTheyAreWhole()
    {
        LineMarker marker = new("t:"u8.ToArray());

        Assert.Equal(["", "t:ab\n", "t:c\nt:\n", "t:d\n", ""], [Add(marker, "a"), Add(marker, "b\n"), Add(marker, "c\n\nd"), End(marker), End(marker)]);
    }

    [Fact]
    public void Add_LineWithoutEnd_IsCutAtAMebibyte()
    {
        LineMarker marker = new([]);
        string half = new('x', 600 << 10);

        Assert.Equal("", Add(marker, half));
        Assert.Equal($"{half}{half}\n", Add(marker, half));
    }

    private static string Add(LineMarker marker, string text) => Encoding.UTF8.GetString(marker.Add(Encoding.UTF8.GetBytes(text)));

    private static string End(LineMarker marker) => Encoding.UTF8.GetString(marker.End());
}
