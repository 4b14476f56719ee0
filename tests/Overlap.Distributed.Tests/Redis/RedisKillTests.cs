using System.Diagnostics;
using System.Text;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>Workers over one server are killed, again and again, after some line of theirs. Afterwards nothing is lost, and nothing there twice that must not be.</summary>
[Trait("kind", "stress")]
public sealed class RedisKillTests(RedisServer server)
{
    private const int Killed = 128 + 9;
    private const int Seed = 20_31;
    private const int Kills = 4;
    private const int Prefetch = 8;

    // Only a guard against a hang.
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(Seed);

    [Fact]
    public async Task Work_KilledAgainAndAgain_EachIsDoneAndStored()
    {
        const int Count = 150;
        string url = await server.NewDatabaseAsync();
        await PublishAsync(url, Count);
        List<string> done = [];
        for (int run = 0; run < Kills; run++)
        {
            done.AddRange(await RunAndKillAsync("redis-work", 1 + _random.Next(25), url));
        }

        // What was done and not acknowledged by one who was killed comes again: the server tells when all is acknowledged.
        done.AddRange(await RunUntilAsync(_ => CountAllAsync(url).GetAwaiter().GetResult() == 0, "redis-work", "0", url));
        done.RemoveAll(static line => !line.StartsWith("done ", StringComparison.Ordinal));
        Assert.Equal(Count, done.Distinct().Count());
        Assert.InRange(done.Count - Count, 0, Kills * Prefetch);
        Assert.Equal(Count, (await RedisServer.TextsAsync(url, "KEYS", "celery-task-meta-*")).Length);
        string[] keys = await RedisServer.TextsAsync(url, "KEYS", "*");
        Assert.DoesNotContain(keys, static key => key is "celery" or "unacked" or "unacked_index" || key.StartsWith("_overlap.claim.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Retry_KilledAgainAndAgain_NoneIsLostOrTwiceThere()
    {
        const int Count = 60;
        string url = await server.NewDatabaseAsync();
        await PublishAsync(url, Count);
        for (int run = 0; run < Kills; run++)
        {
            await RunAndKillAsync("redis-retry", 1 + _random.Next(40), url);

            // A message and its successor change places in one step: at any moment there is one of them, wherever it is.
            Assert.Equal(Count, await CountAllAsync(url));
        }

        await RunUntilAsync(lines => lines.Count > 0 && CountAsync(url, "done").GetAwaiter().GetResult() == Count, "redis-retry", "0", url);
        Assert.Equal(Count, await CountAllAsync(url));
    }

    private static async Task PublishAsync(string url, int count)
    {
        await using RedisBroker broker = new(url);
        await broker.PublishAsync(Enumerable.Range(0, count).Select(static number => new Publication("", "celery", new WireMessage
        {
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            Body = Encoding.UTF8.GetBytes($"{number}"),
        })).ToArray());
    }

    private static async Task<long> CountAsync(string url, string queue) => (await RedisServer.RunAsync(url, ["LLEN", queue]))[0].AsInteger();

    // In one step: what is moving is counted once.
    private static async Task<long> CountAllAsync(string url)
    {
        string[] claims = await RedisServer.TextsAsync(url, "KEYS", "_overlap.claim.*");
        string[][] commands = [["MULTI"], ["LLEN", "celery"], ["LLEN", "done"], ["HLEN", "unacked"], ["ZCARD", "_overlap.restoring"], .. claims.Select(static claim => (string[])["LLEN", claim]), ["EXEC"]];
        return (await RedisServer.RunAsync(url, commands))[^1].Items.ToArray().Sum(static count => count.AsInteger());
    }

    private static Process Start(string[] arguments)
    {
        // artifacts/bin/Overlap.Distributed.Tests/debug → artifacts/bin/Overlap.QueuePrograms/debug
        DirectoryInfo own = new(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, "Overlap.QueuePrograms", own.Name, "Overlap.QueuePrograms.dll");
        string dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet"));
        return Process.Start(new ProcessStartInfo(dotnet, ["exec", program, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <summary>Runs a program that kills itself after so many lines. It must have so much to say.</summary>
    /// <remarks>Killed from here, it had long done all that there was before it was heard, and the next one had nothing to say.</remarks>
    private static async Task<List<string>> RunAndKillAsync(string name, int afterLines, string url)
    {
        using Process process = Start([name, $"{afterLines}", url]);
        string[] lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        Assert.Equal(Killed, process.ExitCode);
        return [.. lines];
    }

    private static async Task<List<string>> RunUntilAsync(Func<List<string>, bool> isEnough, params string[] arguments)
    {
        using Process process = Start(arguments);
        List<string> lines = [];
        while (!isEnough(lines))
        {
            lines.Add(await process.StandardOutput.ReadLineAsync().WaitAsync(Guard) ?? throw new InvalidOperationException("The program has ended."));
        }

        process.StandardInput.Close();
        lines.AddRange((await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return lines;
    }
}
