using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Sqlite;

/// <summary>
/// Programs over one file are killed, again and again, after some line of theirs: whatever they were doing then. Afterwards what was confirmed is
/// there, and nothing is there twice that must not be.
/// </summary>
[Trait("kind", "stress")]
public sealed class SqliteKillTests : IDisposable
{
    private const int Seed = 20_31;
    private const int PerCall = 5;
    private const int Prefetch = 8;

    private readonly QueueFile _file = new();
    private readonly Random _random = new(Seed);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Publish_KilledAgainAndAgain_WhatWasConfirmedIsThereOnce()
    {
        const int Kills = 4;
        HashSet<int> accepted = [];
        for (int run = 0; run < Kills; run++)
        {
            foreach (string line in await RunAndKillAsync(1 + _random.Next(12), "publish", _file.Path, $"{run * 1000}", "200"))
            {
                int from = int.Parse(line.Split(' ')[1]);
                accepted.UnionWith(Enumerable.Range(from, PerCall));
            }
        }

        List<int> stored = Stored("SELECT body FROM overlap_message");
        Assert.Equal(stored.Count, stored.Distinct().Count());
        Assert.Empty(accepted.Except(stored));

        // Of each run at most the call that was under way is there without having been confirmed, and then it is there whole.
        Assert.InRange(stored.Count - accepted.Count, 0, Kills * PerCall);
        Assert.Equal(0, (stored.Count - accepted.Count) % PerCall);
        Assert.Equal("ok", _file.Query<string>("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Work_KilledAgainAndAgain_EachIsDoneAndStored()
    {
        const int Count = 150;
        const int Kills = 4;
        await RunAsync("publish", _file.Path, "0", $"{Count / PerCall}");
        List<string> done = [];
        for (int run = 0; run < Kills; run++)
        {
            done.AddRange(await RunAndKillAsync(1 + _random.Next(25), "work", _file.Path));
        }

        done.AddRange(await RunUntilAsync(lines => done.Concat(lines).Distinct().Count() == Count, "work", _file.Path));
        Assert.Equal(Count, done.Distinct().Count());
        Assert.InRange(done.Count - Count, 0, Kills * Prefetch);
        Assert.Equal(0L, _file.Query<long>("SELECT count(*) FROM overlap_message"));
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM overlap_result WHERE is_ready=1"));
    }

    [Fact]
    public async Task Complete_KilledAgainAndAgain_EachHasOneEffect()
    {
        const int Count = 150;
        await RunAsync("publish", _file.Path, "0", $"{Count / PerCall}");
        for (int run = 0; run < 4; run++)
        {
            await RunAndKillAsync(1 + _random.Next(25), "complete", _file.Path);
        }

        // What was completed and not said by one who was killed is said by nobody: the file tells when all is done.
        await RunUntilAsync(_ => _file.Query<long>("SELECT count(*) FROM overlap_message") == 0, "complete", _file.Path);
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM effect"));
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(DISTINCT number) FROM effect"));
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM overlap_result WHERE is_ready=1"));
    }

    [Fact]
    public async Task Retry_KilledAgainAndAgain_NoneIsLostOrTwiceThere()
    {
        const int Count = 60;
        await RunAsync("publish", _file.Path, "0", $"{Count / PerCall}");
        for (int run = 0; run < 4; run++)
        {
            await RunAndKillAsync(1 + _random.Next(40), "retry", _file.Path);

            // A message and its successor change places in one step: at any moment there is one of them.
            Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM overlap_message"));
        }

        await RunUntilAsync(_ => _file.Query<long>("SELECT count(*) FROM overlap_message WHERE queue='celery'") == 0, "retry", _file.Path);
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM overlap_message WHERE queue='done'"));
    }

    private static Process Start(string[] arguments)
    {
        // artifacts/bin/Overlap.Distributed.Tests/debug → artifacts/bin/Overlap.QueuePrograms/debug
        DirectoryInfo own = new(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, "Overlap.QueuePrograms", own.Name, "Overlap.QueuePrograms.dll");
        string dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet"));
        return Process.Start(new ProcessStartInfo(dotnet, ["exec", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>Runs a program to its end.</summary>
    private static async Task RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Kills a program after so many lines, or when it has no more to say.</summary>
    private static async Task<List<string>> RunAndKillAsync(int afterLines, params string[] arguments)
    {
        using Process process = Start(arguments);
        List<string> lines = [];
        while (lines.Count < afterLines && await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        process.Kill();

        // What it had said by then counts too.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        await process.WaitForExitAsync();
        return lines;
    }

    /// <summary>Lets a program run until enough is done, then ends it in order.</summary>
    private static async Task<List<string>> RunUntilAsync(Func<List<string>, bool> isEnough, params string[] arguments)
    {
        using Process process = Start(arguments);
        List<string> lines = [];
        while (!isEnough(lines))
        {
            lines.Add(await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The program has ended."));
        }

        process.StandardInput.Close();
        lines.AddRange((await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return lines;
    }

    private List<int> Stored(string sql)
    {
        using SqliteConnection connection = _file.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        List<int> stored = [];
        while (reader.Read())
        {
            byte[] raw = (byte[])reader.GetValue(0);
            WireMessage message = EnvelopeCodec.Read(raw, ProtocolLimits.Default);
            stored.Add(int.Parse(Encoding.UTF8.GetString(message.Body.Span)));
        }

        return stored;
    }
}
