using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class ProcessLimitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("8:pids:/a/b", "pids/a/b", "100", "20", 64)]
    [InlineData("0::/a/b", "a/b", "100", "20", 64)]
    [InlineData("0::/a/b", "a", "100", "20", 64)]
    [InlineData("0::/outside", "", "100", "20", 64)]
    [InlineData("0::/", "", "30", "29", 1)]
    [InlineData("0::/a/b", "a/b", "max", "20", int.MaxValue)]
    [InlineData("4:memory:/a/b", "a/b", "100", "20", int.MaxValue)]
    public void MostChildren_Group_LeavesSomeForOurselves(string membership, string group, string max, string current, int expected)
    {
        string path = Directory.CreateDirectory(Path.Combine(_folder.PathOf("root"), group)).FullName;
        File.WriteAllText(Path.Combine(path, "pids.max"), max + "\n");
        File.WriteAllText(Path.Combine(path, "pids.current"), current + "\n");
        File.WriteAllText(_folder.PathOf("membership"), membership + "\n");

        Assert.Equal(expected, ProcessLimit.MostChildren(_folder.PathOf("membership"), _folder.PathOf("root")));
    }

    [Fact]
    public void MostChildren_GroupsInEachOther_TheTightest()
    {
        foreach ((string group, int max) in new[] { ("a", 60), ("a/b", 100) })
        {
            string path = Directory.CreateDirectory(Path.Combine(_folder.PathOf("root"), group)).FullName;
            File.WriteAllText(Path.Combine(path, "pids.max"), $"{max}\n");
            File.WriteAllText(Path.Combine(path, "pids.current"), "20\n");
        }

        File.WriteAllText(_folder.PathOf("membership"), "0::/a/b\n");

        Assert.Equal(24, ProcessLimit.MostChildren(_folder.PathOf("membership"), _folder.PathOf("root")));
    }

    [Fact]
    public void MostChildren_SystemDoesNotSay_NoLimit() => Assert.Equal(int.MaxValue, ProcessLimit.MostChildren(_folder.PathOf("none"), _folder.PathOf("root")));
}
