using Overlap.Cli.Rendering;

namespace Overlap.Cli.Tests.Rendering;

public sealed class TextLinesTests
{
    [Fact]
    public void Indent_LongText_IsBrokenBelowItsBegin() => Assert.Equal("ab one two\n   three\n", TextLines.Indent("one two three", "ab ", 10));

    [Fact]
    public void Indent_NumberAtTheEdge_StaysWithItsUnit() => Assert.Equal("about\n95 %: x\n", TextLines.Indent("about 95 %: x", "", 8));

    [Fact]
    public void Indent_NumbersInARow_AreAllKept() => Assert.Equal("1 2 3 ms 4\n", TextLines.Indent("1 2 3 ms 4", "", 80));
}
