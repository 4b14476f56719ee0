using System.Text;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

public sealed class WorkerCookieTests
{
    [Fact]
    public void IsIn_OwnEnvironment_IsFound()
    {
        WorkerCookie cookie = WorkerCookie.Create();
        Assert.True(cookie.IsIn(Environ($"A=1\0OVERLAP_WORKER={cookie.Value}\0B=2\0")));
        Assert.True(cookie.IsIn(Environ($"OVERLAP_WORKER={cookie.Value}")));
    }

    [Fact]
    public void IsIn_WorkerOfTheWorker_IsFound()
    {
        WorkerCookie cookie = WorkerCookie.Create();
        Assert.True(cookie.IsIn(Environ($"OVERLAP_WORKER={cookie.Value}.{WorkerCookie.Create().Value}\0")));
    }

    [Fact]
    public void IsIn_AnothersEnvironment_IsNotFound()
    {
        WorkerCookie cookie = WorkerCookie.Create();
        Assert.False(cookie.IsIn(Environ($"OVERLAP_WORKER={WorkerCookie.Create().Value}\0NOTE={cookie.Value}\0")));
        Assert.False(cookie.IsIn([]));
    }

    [Fact]
    public void Depth_NoWorker_IsZero() => Assert.Equal(0, WorkerCookie.Depth);

    private static byte[] Environ(string text) => Encoding.ASCII.GetBytes(text);
}
