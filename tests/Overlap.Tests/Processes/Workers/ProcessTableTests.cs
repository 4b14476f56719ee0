using System.Text;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

public sealed class ProcessTableTests : IDisposable
{
    private static readonly WorkerCookie Cookie = WorkerCookie.Create();

    private readonly DirectoryInfo _process = Directory.CreateTempSubdirectory("overlap-process-");
    private byte[] _buffer = new byte[64];
    private int _pauses;

    public void Dispose() => _process.Delete(recursive: true);

    [Fact]
    public void HasCookie_ItPutsAnotherProgramInItsPlace_IsLookedAtUntilItsEnvironmentIsThere()
    {
        // What a dead worker had started was taken for somebody else's, and lived on.
        Write(environment: "", memory: 4096, start: 0, end: 0);

        Assert.True(HasCookie(onPause: pause =>
        {
            if (pause == 3)
            {
                Write($"A=b\0{WorkerCookie.Variable}={Cookie.Value}\0", memory: 4096, start: 700, end: 800);
            }
        }));
        Assert.Equal(3, _pauses);
    }

    [Fact]
    public void HasCookie_AnotherProgramCameAfterTheLook_IsLookedAtAgain()
    {
        Write(environment: "", memory: 4096, start: 700, end: 800);

        Assert.True(HasCookie(onPause: _ => Write($"{WorkerCookie.Variable}={Cookie.Value}\0", memory: 4096, start: 700, end: 800)));
        Assert.Equal(1, _pauses);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(4096, 700, 700)]
    public void HasCookie_DeadOrStartedWithAnEmptyEnvironment_HasNoneAndIsNotWaitedFor(int memory, int start, int end)
    {
        Write(environment: "", memory, start, end);

        Assert.False(HasCookie());
        Assert.Equal(0, _pauses);
    }

    [Fact]
    public void HasCookie_Gone_HasNoneAndIsNotWaitedFor()
    {
        Assert.False(HasCookie());
        Assert.Equal(0, _pauses);
    }

    [Fact]
    public void HasCookie_ItNeverGetsThere_IsGivenUp()
    {
        Write(environment: "", memory: 4096, start: 0, end: 0);

        Assert.False(HasCookie());
        Assert.Equal(2_000, _pauses);
    }

    [Fact]
    public void HasCookie_EnvironmentOfAnother_HasNone()
    {
        Write($"{WorkerCookie.Variable}={WorkerCookie.Create().Value}\0", memory: 4096, start: 700, end: 800);

        Assert.False(HasCookie());
        Assert.Equal(0, _pauses);
    }

    [Fact]
    public void ParentOf_ThisProcess_IsThatOfItsStatus()
    {
        string parent = File.ReadLines("/proc/self/status").Single(static line => line.StartsWith("PPid:", StringComparison.Ordinal))["PPid:".Length..].Trim();

        Assert.Equal(parent, $"{ProcessTable.ParentOf(Environment.ProcessId, ref _buffer)}");
    }

    private bool HasCookie(Action<int>? onPause = null) =>
        ProcessTable.HasCookie(_process.FullName, [Cookie], ref _buffer, () =>
        {
            _pauses++;
            onPause?.Invoke(_pauses);
        });

    // The fields that nobody reads are sevens.
    private void Write(string environment, int memory, int start, int end)
    {
        string[] fields = [.. Enumerable.Repeat("7", 50)];
        (fields[0], fields[20], fields[47], fields[48]) = ("R", $"{memory}", $"{start}", $"{end}");
        File.WriteAllText(Path.Join(_process.FullName, "stat"), $"17 (a) name) {string.Join(' ', fields)}\n");
        File.WriteAllBytes(Path.Join(_process.FullName, "environ"), Encoding.ASCII.GetBytes(environment));
    }
}
