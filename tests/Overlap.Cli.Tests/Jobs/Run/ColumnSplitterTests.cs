using System.Text;
using Overlap.Cli.Jobs.Run.Inputs;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class ColumnSplitterTests
{
    [Theory]
    [InlineData("a,b,c", "a|b|c")]
    [InlineData("a", "a")]
    [InlineData("", "")]
    [InlineData(",", "|")]
    [InlineData("a,,", "a||")]
    [InlineData("\"a,b\",c", "a,b|c")]
    [InlineData("\"say \"\"hi\"\"\",x", "say \"hi\"|x")]
    [InlineData("\"\",x", "|x")]
    [InlineData("\"a\nb\",x", "a\nb|x")]
    [InlineData("a\"b\",x", "a\"b\"|x")]
    [InlineData("\"a\"b,x", "ab|x")]
    [InlineData("\"open,x", "open,x")]
    [InlineData("a,b\r", "a|b")]
    public void Split_Record_IntoColumns(string record, string expected) => Assert.Equal(expected, Split(record, ','));

    [Fact]
    public void Split_Tabs_CommasAreText() => Assert.Equal("a,b|c", Split("a,b\tc", '\t'));

    private static string Split(string record, char separator) => string.Join(
        '|', new ColumnSplitter((byte)separator).Split(Encoding.UTF8.GetBytes(record)).Select(Encoding.UTF8.GetString));
}
