using Overlap.Executors;

namespace Overlap.Tests.Adaptation;

/// <summary>What docs/executors/auto.md shows.</summary>
public sealed class AutoExample
{
    private readonly List<string> _printed = [];

    [Fact]
    public async Task ForEachAsync_Auto_TellsWhy()
    {
        string[] addresses = [.. Enumerable.Range(0, 500).Select(static n => $"/{n}")];

        // snippet
        await using AsyncExecutor executor = new(Workers.Auto);
        await executor.ForEachAsync(addresses, DownloadAsync);
        Print(executor.GetStatistics().Adaptation!.Reason);   // such as: 64: 128 did 1.02 times what 64 did
        // end snippet

        Assert.NotEqual("starts with 2", Assert.Single(_printed));
        Assert.Equal(500, executor.GetStatistics().Succeeded);
    }

    private static async ValueTask DownloadAsync(string address, CancellationToken cancellationToken) => await Task.Yield();

    private void Print(string text) => _printed.Add(text);
}
