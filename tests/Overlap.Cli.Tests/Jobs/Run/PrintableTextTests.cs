using System.Text;
using Overlap.Cli.Jobs.Run;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("plain name.txt", "plain name.txt")]
    [InlineData("", "''")]
    [InlineData("a\nb\tc\r", "a\\nb\\tc\\r")]
    [InlineData("\u001b[31mred", "\\u001b[31mred")]
    [InlineData("txt.\u202egpj", "txt.\\u202egpj")]
    [InlineData("é漢", "é漢")]
    public void Of_Text_IsOneHarmlessLine(string text, string expected) => Assert.Equal(expected, PrintableText.Of(Encoding.UTF8.GetBytes(text), 100));

    [Fact]
    public void Of_LongText_IsCut() => Assert.Equal($"{new string('x', 10)}…", PrintableText.Of(Encoding.UTF8.GetBytes(new string('x', 1_000)), 10));
}
