using System.Text;
using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class ProcessTableTests : IDisposable
{
    private readonly DirectoryInfo _process = Directory.CreateTempSubdirectory("overlap-process-");
    private int _pauses;

    public void Dispose() => _process.Delete(recursive: true);

    [Fact]
    public void EnvironmentOf_ItPutsAnotherProgramInItsPlace_IsLookedAtUntilItsEnvironmentIsThere()
    {
        // A daemon of a command that was killed was taken for somebody else's, and lived on.
        Write(environment: "", memory: 4096, start: 0, end: 0);

        Assert.Equal("A=b\0", EnvironmentOf(onPause: pause =>
        {
            if (pause == 3)
            {
                Write("A=b\0", memory: 4096, start: 700, end: 800);
            }
        }));
        Assert.Equal(3, _pauses);
    }

    [Fact]
    public void EnvironmentOf_AnotherProgramCameAfterTheLook_IsLookedAtAgain()
    {
        Write(environment: "", memory: 4096, start: 700, end: 800);

        Assert.Equal("A=b\0", EnvironmentOf(onPause: _ => Write("A=b\0", memory: 4096, start: 700, end: 800)));
        Assert.Equal(1, _pauses);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(4096, 700, 700)]
    public void EnvironmentOf_DeadOrStartedWithAnEmptyOne_IsEmptyAndNotWaitedFor(int memory, int start, int end)
    {
        Write(environment: "", memory, start, end);

        Assert.Equal("", EnvironmentOf());
        Assert.Equal(0, _pauses);
    }

    [Fact]
    public void EnvironmentOf_Gone_IsEmptyAndNotWaitedFor()
    {
        Assert.Equal("", EnvironmentOf());
        Assert.Equal(0, _pauses);
    }

    [Fact]
    public void EnvironmentOf_ItNeverGetsThere_IsGivenUp()
    {
        Write(environment: "", memory: 4096, start: 0, end: 0);

        Assert.Equal("", EnvironmentOf());
        Assert.Equal(2_000, _pauses);
    }

    private string EnvironmentOf(Action<int>? onPause = null) => Encoding.ASCII.GetString(ProcessTable.EnvironmentOf(_process.FullName, () =>
    {
        _pauses++;
        onPause?.Invoke(_pauses);
    }));

    // The fields that nobody reads are sevens.
    private void Write(string environment, int memory, int start, int end)
    {
        string[] fields = [.. Enumerable.Repeat("7", 50)];
        (fields[0], fields[20], fields[47], fields[48]) = ("R", $"{memory}", $"{start}", $"{end}");
        File.WriteAllText(Path.Join(_process.FullName, "stat"), $"17 (a) name) {string.Join(' ', fields)}\n");
        File.WriteAllBytes(Path.Join(_process.FullName, "environ"), Encoding.ASCII.GetBytes(environment));
    }
}
