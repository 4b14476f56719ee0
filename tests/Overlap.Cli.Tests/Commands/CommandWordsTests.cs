using System.Text;
using Overlap.Cli.Commands;

namespace Overlap.Cli.Tests.Commands;

public sealed class CommandWordsTests
{
    [Theory]
    [InlineData("echo {} ::: a", "-- echo {} ::: a")]
    [InlineData("-j 4 echo", "-j 4 -- echo")]
    [InlineData("-j4 --tag echo -n", "-j4 --tag -- echo -n")]
    [InlineData("--timeout=5s echo", "--timeout=5s -- echo")]
    [InlineData("--tag -- echo --json", "--tag -- echo --json")]
    [InlineData("--shell -i list", "--shell -i list")]
    [InlineData("--shell ::: a", "--shell -- ::: a")]
    [InlineData("--joblog", "--joblog")]
    [InlineData("-qk echo -k", "-qk -- echo -k")]
    [InlineData("--help", "--help")]
    [InlineData("- x", "-- - x")]
    public void Arrange_Words_TheCommandBeginsAtTheFirstThatIsNoOption(string words, string expected) =>
        Assert.Equal(expected, string.Join(' ', CommandWords.Arrange(words.Split(' '), new RunCommand().Groups)));

    [Fact]
    public void Read_SeveralLists_EachOnItsOwn()
    {
        CommandWords words = CommandWords.Read(["echo", "{1}", ":::", "a", "b", ":::", ":::", "c"]);

        Assert.Equal(["echo", "{1}"], words.Command);
        Assert.Equal(["a b", "", "c"], words.Lists.Select(static list => string.Join(' ', list.Select(Encoding.UTF8.GetString))));
    }

    [Fact]
    public void Read_NoList_IsTheCommandAlone()
    {
        CommandWords words = CommandWords.Read(["echo"]);

        Assert.Equal(["echo"], words.Command);
        Assert.Empty(words.Lists);
    }

    [Fact]
    public void Read_ListWithoutItems_IsAnEmptyList() => Assert.Empty(Assert.Single(CommandWords.Read(["echo", ":::"]).Lists));
}
