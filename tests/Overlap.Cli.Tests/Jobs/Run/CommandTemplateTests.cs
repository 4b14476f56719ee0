using System.Text;
using Overlap.Cli.Jobs.Run;
using Overlap.Cli.Jobs.Run.Children;
using Overlap.Cli.Jobs.Run.Templates;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class CommandTemplateTests
{
    [Fact]
    public void Fill_PlaceholderInsideAWord_IsReplacedThere() =>
        Assert.Equal(["cp", "a b", "--to=out/a b.bak"], WordsOf(["cp", "{}", "--to=out/{/}.bak"], "a b"));

    [Fact]
    public void Fill_NoPlaceholder_AddsTheItem() => Assert.Equal(["echo", "-n", "x"], WordsOf(["echo", "-n"], "x"));

    [Fact]
    public void Fill_NoPlaceholderAndColumns_AddsEachColumn() => Assert.Equal(["echo", "x", "y"], WordsOf(["echo"], "x", "y"));

    [Fact]
    public void Fill_BracesThatAreNoPlaceholder_StayAndTheItemIsAdded() =>
        Assert.Equal(["awk", "{print $1} {", "x"], WordsOf(["awk", "{print $1} {"], "x"));

    [Fact]
    public void Fill_OuterBracesAroundAPlaceholder_AreText() => Assert.Equal(["echo", "{x}"], WordsOf(["echo", "{{}}"], "x"));

    [Fact]
    public void Fill_ItemThatLooksLikeAPlaceholder_IsNotReadAgain() => Assert.Equal(["echo", "{#}"], WordsOf(["echo", "{}"], "{#}"));

    [Fact]
    public void Fill_ColumnThatIsNotThere_SaysWhich()
    {
        using WordBlock words = new();

        Assert.Equal(
            "the command names column 3, and the item has 2 columns",
            CommandTemplate.Create(["echo", "{3}"], shell: false, []).Fill(Item("x", "y"), words));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fill_ItemWithNul_SaysThatNoArgumentHoldsIt(bool shell)
    {
        using WordBlock words = new();

        Assert.StartsWith("the item has a NUL byte", CommandTemplate.Create(["echo", "{}"], shell, []).Fill(Item("x\0y"), words), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo {} >{/.}.txt", "echo \"${1}\" >\"${2}\".txt")]
    [InlineData("echo \"{}\"", "echo \"${1}\"")]
    [InlineData("echo '{}'", "echo ''\"${1}\"''")]
    [InlineData("echo \\'{} {}", "echo \\'\"${1}\" \"${1}\"")]
    [InlineData("echo", "echo \"$@\"")]
    public void Fill_Shell_PlaceholdersAreQuotedParameters(string command, string script) =>
        Assert.Equal(script, WordsOf([command], shell: true, "x")[2]);

    [Fact]
    public void Fill_ShellWithoutCommand_TheItemIsTheScript() => Assert.Equal(["sh", "-c", "echo hi; ls"], WordsOf([], shell: true, "echo hi; ls"));

    [Theory]
    [InlineData("echo {}", false, "echo 'a b'")]
    [InlineData("echo", false, "echo 'a b'")]
    [InlineData("echo {} > {#}", true, "echo 'a b' > 7")]
    public void Describe_Item_IsWhatAUserCouldType(string command, bool shell, string expected) =>
        Assert.Equal(expected, CommandTemplate.Create(shell ? [command] : command.Split(' '), shell, []).Describe(Item("a b")));

    private static List<string> WordsOf(string[] words, params string[] columns) => WordsOf(words, shell: false, columns);

    private static List<string> WordsOf(string[] words, bool shell, params string[] columns)
    {
        using WordBlock block = new();
        Assert.Null(CommandTemplate.Create(words, shell, []).Fill(Item(columns), block));
        return block.ToList();
    }

    private static RunItem Item(params string[] columns)
    {
        byte[][] bytes = [.. columns.Select(Encoding.UTF8.GetBytes)];
        return new RunItem(7, bytes[0], bytes, null);
    }
}
