using Overlap.Distributed.Hosting;

namespace Overlap.Distributed.Tests.Hosting;

public sealed class WorkerRequestTests
{
    [Fact]
    public void Parse_ItsOwnWords_GivesItBack()
    {
        WorkerRequest request = new()
        {
            App = "/a b/App.dll",
            Parts = "/parts",
            Queues = ["celery", "mail"],
            Concurrency = 7,
            Pool = WorkerPool.Processes,
            Name = "w@here",
            StopTimeout = TimeSpan.FromSeconds(1.5),
            IsQuiet = true,
            IsJson = true,
        };

        WorkerRequest read = WorkerRequest.Parse(request.ToArguments());

        Assert.Equal(request.Queues, read.Queues);
        Assert.Equal(request, read with { Queues = request.Queues });
    }

    [Fact]
    public void Parse_WordOfALaterBuild_IsRefusedByName() => Assert.Equal(
        "the app's Overlap.Distributed does not know 'colour' of this command line: it is older",
        Assert.Throws<WorkerRefusalException>(() => WorkerRequest.Parse(["app", "App.dll", "colour", "red"])).Message);

    [Theory]
    [InlineData]
    [InlineData("app")]
    [InlineData("help", "me")]
    [InlineData("app", "")]
    public void Parse_NotItsWords_IsRefused(params string[] words) =>
        Assert.Equal("this program is started by overlap worker", Assert.Throws<WorkerRefusalException>(() => WorkerRequest.Parse(words)).Message);
}
