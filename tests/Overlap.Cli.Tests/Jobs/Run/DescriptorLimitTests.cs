using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class DescriptorLimitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Max open files            1024                 524288               files", 308)]
    [InlineData("Max open files            50                   50                   files", 1)]
    [InlineData("Max open files            unlimited            unlimited            files", int.MaxValue)]
    [InlineData("Max processes             96365                96365                processes", int.MaxValue)]
    public void MostChildren_Limit_LeavesSomeForOurselves(string line, int expected)
    {
        string path = _folder.PathOf("limits");
        File.WriteAllText(path, $"Limit                     Soft Limit           Hard Limit           Units\n{line}\n");

        Assert.Equal(expected, DescriptorLimit.MostChildren(path));
    }

    [Fact]
    public void MostChildren_SystemDoesNotSay_NoLimit() => Assert.Equal(int.MaxValue, DescriptorLimit.MostChildren("/nonexistent/limits"));
}
