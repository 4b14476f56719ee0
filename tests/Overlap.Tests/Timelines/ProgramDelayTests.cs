using Overlap.Timelines;

namespace Overlap.Tests.Timelines;

public sealed class ProgramDelayTests : IDisposable
{
    private readonly DirectoryInfo _threads = Directory.CreateTempSubdirectory("overlap-test-");

    public void Dispose() => _threads.Delete(recursive: true);

    [Fact]
    public void GetElapsed_ThreadsStoodInLine_IsTheirSumSinceTheStart()
    {
        Set(1, 5_000_000);
        Set(2, 7_000_000);
        ProgramDelay delay = new(_threads.FullName);

        Set(1, 6_000_000);
        Set(2, 10_000_000);

        Assert.Equal(TimeSpan.FromMilliseconds(4), delay.GetElapsed());
    }

    [Fact]
    public void GetElapsed_ThreadsCameAndWent_CountsTheNewAndForgetsTheOld()
    {
        Set(1, 5_000_000);
        ProgramDelay delay = new(_threads.FullName);

        Directory.Delete(Path.Join(_threads.FullName, "1"), recursive: true);
        Set(2, 3_000_000);

        Assert.Equal(TimeSpan.FromMilliseconds(3), delay.GetElapsed());
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12 many 3")]
    public void GetElapsed_NoSuchCount_IsZero(string text)
    {
        ProgramDelay delay = new(_threads.FullName);
        Directory.CreateDirectory(Path.Join(_threads.FullName, "1"));
        File.WriteAllText(Path.Join(_threads.FullName, "1", "schedstat"), text);
        Directory.CreateDirectory(Path.Join(_threads.FullName, "2"));

        Assert.Equal(TimeSpan.Zero, delay.GetElapsed());
    }

    [Fact]
    public void GetElapsed_AnotherSystem_IsZero() => Assert.Equal(TimeSpan.Zero, new ProgramDelay(Path.Join(_threads.FullName, "none")).GetElapsed());

    private void Set(int thread, long nanoseconds)
    {
        string folder = Directory.CreateDirectory(Path.Join(_threads.FullName, $"{thread}")).FullName;
        File.WriteAllText(Path.Join(folder, "schedstat"), $"123456 {nanoseconds} 7\n");
    }
}
