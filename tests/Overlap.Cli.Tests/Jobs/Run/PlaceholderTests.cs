using System.Text;
using Overlap.Cli.Jobs.Run;
using Overlap.Cli.Jobs.Run.Templates;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class PlaceholderTests
{
    [Theory]
    [InlineData("", "a/b.tar.gz", "a/b.tar.gz")]
    [InlineData(".", "a/b.tar.gz", "a/b.tar")]
    [InlineData("/", "a/b.tar.gz", "b.tar.gz")]
    [InlineData("//", "a/b.tar.gz", "a")]
    [InlineData("/.", "a/b.tar.gz", "b.tar")]
    [InlineData("//", "b", ".")]
    [InlineData("//", "/b", "/")]
    [InlineData("/", "b/", "")]
    [InlineData(".", "a.d/b", "a.d/b")]
    [InlineData(".", ".profile", ".profile")]
    [InlineData("/.", "x/.profile", ".profile")]
    [InlineData(".", "b.", "b")]
    [InlineData("#", "b", "7")]
    [InlineData("1", "a/b.c", "a/b.c")]
    [InlineData("1/.", "a/b.c", "b")]
    [InlineData("1//", "a/b.c", "a")]
    public void TryGetValue_Form_GivesThePart(string form, string item, string expected) => Assert.Equal(expected, ValueOf(form, item));

    [Theory]
    [InlineData("print")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("///")]
    [InlineData("..")]
    [InlineData("##")]
    [InlineData("#.")]
    [InlineData("name")]
    public void TryParse_OtherText_StandsForItself(string form) => Assert.Null(Placeholder.TryParse(form, []));

    [Fact]
    public void TryParse_NameOfAColumn_IsThatColumn() =>
        Assert.Equal(new Placeholder(2, ItemPart.NameWithoutExtension), Placeholder.TryParse("file/.", ["url", "file"]));

    [Fact]
    public void TryGetValue_BytesThatAreNoText_StayAsTheyAre()
    {
        byte[] name = [.. "d/\u00e9"u8, 0xFF, (byte)'.', (byte)'x'];

        Assert.True(Placeholder.TryParse("/.", [])!.Value.TryGetValue(new RunItem(1, name, [name], null), out ReadOnlySpan<byte> value));

        Assert.Equal([.. "\u00e9"u8, 0xFF], value.ToArray());
    }

    private static string ValueOf(string form, string item)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(item);
        Assert.True(Placeholder.TryParse(form, [])!.Value.TryGetValue(new RunItem(7, bytes, [bytes], null), out ReadOnlySpan<byte> value));
        return Encoding.UTF8.GetString(value);
    }
}
