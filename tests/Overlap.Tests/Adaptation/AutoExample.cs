using Overlap.Adaptation;
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
        LimitStatus status = executor.GetStatistics().Adaptation!;
        Print($"{status.Phase}, {status.Throughput:0} calls a second; {status.Reason}");   // Settled, 396 calls a second; 32: 64 did 1.02 times what 32 did
        // end snippet

        // How far it came with calls that take no time is chance; that the reason names the number is not.
        Assert.EndsWith($"calls a second; {status.Reason}", Assert.Single(_printed), StringComparison.Ordinal);
        Assert.Contains($"{status.Limit}", status.Reason, StringComparison.Ordinal);
        Assert.Equal(500, executor.GetStatistics().Succeeded);
    }

    private static async ValueTask DownloadAsync(string address, CancellationToken cancellationToken) => await Task.Yield();

    private void Print(string text) => _printed.Add(text);
}
