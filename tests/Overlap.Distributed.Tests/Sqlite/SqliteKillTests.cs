using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Tests.Sqlite;

/// <summary>
/// Programs over one file are killed (SIGKILL), again and again, after some line of theirs: whatever else they were doing then. Afterwards what was
/// confirmed is there, and nothing is there twice that must not be.
/// </summary>
[Trait("kind", "stress")]
public sealed class SqliteKillTests : IDisposable
{
    private const int Killed = 128 + 9;
    private const int Seed = 20_31;
    private const int PerCall = 5;
    private const int AtATime = 4;
    private const int Prefetch = 8;

    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);

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
            accepted.UnionWith(Accepted(await RunAndKillAsync("publish", 1 + _random.Next(12), _file.Path, $"{run * 1000}", "200")));
        }

        List<int> stored = StoredOnce();
        Assert.Empty(accepted.Except(stored));

        // Of each run at most the calls that were under way are there without having been confirmed, and then they are there whole.
        Assert.InRange(stored.Count - accepted.Count, 0, Kills * AtATime * PerCall);
        Assert.Equal(0, (stored.Count - accepted.Count) % PerCall);
        Assert.Equal("ok", _file.Query<string>("PRAGMA integrity_check"));
    }

    /// <summary>
    /// The disk fails at every so many calls. That meets every point of a transaction in turn, for the number is prime to how many one takes.
    /// </summary>
    [Theory]
    [InlineData("pwrite64", "EIO", 23)]
    [InlineData("pwrite64", "ENOSPC", 23)]
    [InlineData("fdatasync", "EIO", 3)]
    public async Task Publish_DiskFailsAgainAndAgain_WhatWasConfirmedIsThereOnce(string call, string error, int every)
    {
        const string Tracer = "/usr/bin/strace";
        Assert.SkipUnless(File.Exists(Tracer), "strace is not installed.");
        string[] tracing =
        [
            "-f", "--quiet=all", "-o", "/dev/null", "-P", _file.Path, "-P", _file.Path + "-wal",
            "-e", $"trace={call}", "-e", $"inject={call}:error={error}:when=1+{every}",
        ];
        await RunAsync("publish", "0", _file.Path, "10000", "1");
        List<string> lines = await ReadAsync(Start(Tracer, [.. tracing, .. Program("publish", "0", _file.Path, "0", "120")]));
        Assert.Equal(120, lines.Count);
        Assert.Contains(lines, static line => line.StartsWith("failed", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith("sent", StringComparison.Ordinal));
        List<int> stored = StoredOnce();
        Assert.Empty(Accepted(lines).Except(stored));
        Assert.Equal(0, stored.Count % PerCall);
        Assert.Equal("ok", _file.Query<string>("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Work_KilledAgainAndAgain_EachIsDoneAndStored()
    {
        const int Count = 150;
        const int Kills = 4;
        await RunAsync("publish", "0", _file.Path, "0", $"{Count / PerCall}");
        List<string> lines = [];
        for (int run = 0; run < Kills; run++)
        {
            lines.AddRange(await RunAndKillAsync("work", 1 + _random.Next(40), _file.Path));
        }

        lines.AddRange(await RunUntilAsync(_ => _file.Query<long>("SELECT count(*) FROM overlap_message") == 0, "work", "0", _file.Path));
        string[] done = [.. lines.Where(static line => line.StartsWith("done", StringComparison.Ordinal))];
        Assert.Equal(Count, done.Distinct().Count());
        Assert.InRange(done.Length - Count, 0, Kills * Prefetch);
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM overlap_result WHERE is_ready=1"));
    }

    [Fact]
    public async Task Complete_KilledAgainAndAgain_EachHasOneEffect()
    {
        const int Count = 150;
        await RunAsync("publish", "0", _file.Path, "0", $"{Count / PerCall}");
        for (int run = 0; run < 4; run++)
        {
            await RunAndKillAsync("complete", 1 + _random.Next(25), _file.Path);
        }

        // What was completed and not said by one who was killed is said by nobody: the file tells when all is done.
        await RunUntilAsync(_ => _file.Query<long>("SELECT count(*) FROM overlap_message") == 0, "complete", "0", _file.Path);
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM effect"));
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(DISTINCT number) FROM effect"));
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM overlap_result WHERE is_ready=1"));
    }

    [Fact]
    public async Task Retry_KilledAgainAndAgain_NoneIsLostOrTwiceThere()
    {
        const int Count = 60;
        await RunAsync("publish", "0", _file.Path, "0", $"{Count / PerCall}");
        for (int run = 0; run < 4; run++)
        {
            await RunAndKillAsync("retry", 1 + _random.Next(40), _file.Path);

            // A message and its successor change places in one step: at any moment there is one of them.
            Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM overlap_message"));
        }

        await RunUntilAsync(_ => _file.Query<long>("SELECT count(*) FROM overlap_message WHERE queue='celery'") == 0, "retry", "0", _file.Path);
        Assert.Equal((long)Count, _file.Query<long>("SELECT count(*) FROM overlap_message WHERE queue='done'"));
    }

    [Theory]
    [InlineData("writing", 0, 1, 0)]
    [InlineData("written", 1, 0, 1)]
    public async Task Task_WorkerKilledAroundItsCompletion_AllOfItIsThereOrNothingAndThenOnce(string diesWhen, long paid, long messages, long results)
    {
        _file.Execute("CREATE TABLE payment (amount INTEGER)");
        string url = $"sqlite:///{_file.Path}";
        string marker = _file.Path + ".died";
        await using SqliteBroker broker = new(_file.Options);
        await using SqliteBackend backend = new(_file.Options);
        TaskHandle<long> handle = await new TaskClient(broker, backend).SendAsync<long>(new Signature("tasks.pay", diesWhen, marker));

        using Process dying = Start(["host", url]);
        await dying.WaitForExitAsync(new CancellationTokenSource(Guard).Token);
        Assert.Equal(Killed, dying.ExitCode);
        Assert.Equal((paid, messages, results), Counts());

        using Process next = Start(["host", url]);
        Assert.Equal(7, await handle.GetAsync().AsTask().WaitAsync(Guard));
        next.StandardInput.Close();
        await next.WaitForExitAsync(new CancellationTokenSource(Guard).Token);
        Assert.Equal((1L, 0L, 1L), Counts());

        (long Paid, long Messages, long Results) Counts() => (
            _file.Query<long>("SELECT count(*) FROM payment"),
            _file.Query<long>("SELECT count(*) FROM overlap_message"),
            _file.Query<long>("SELECT count(*) FROM overlap_result WHERE is_ready=1"));
    }

    private static string[] Program(params string[] arguments)
    {
        // artifacts/bin/Overlap.Distributed.Tests/debug → artifacts/bin/Overlap.QueuePrograms/debug
        DirectoryInfo own = new(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, "Overlap.QueuePrograms", own.Name, "Overlap.QueuePrograms.dll");
        string dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet"));
        return [dotnet, "exec", program, .. arguments];
    }

    private static Process Start(string command, IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo(command, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static Process Start(string[] arguments)
    {
        string[] command = Program(arguments);
        return Start(command[0], command[1..]);
    }

    /// <summary>Runs a program to its end.</summary>
    private static Task<List<string>> RunAsync(params string[] arguments) => ReadAsync(Start(arguments));

    private static async Task<List<string>> ReadAsync(Process started)
    {
        using Process process = started;
        string[] lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return [.. lines];
    }

    private static HashSet<int> Accepted(IEnumerable<string> lines) =>
    [
        .. lines.Where(static line => line.StartsWith("sent", StringComparison.Ordinal))
            .SelectMany(static line => Enumerable.Range(int.Parse(line.Split(' ')[1]), PerCall)),
    ];

    /// <summary>Runs a program that kills itself after so many lines. It must have so much to say.</summary>
    private static async Task<List<string>> RunAndKillAsync(string name, int afterLines, params string[] arguments)
    {
        using Process process = Start([name, $"{afterLines}", .. arguments]);
        string[] lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        Assert.Equal(Killed, process.ExitCode);
        return [.. lines];
    }

    /// <summary>Lets a program run until enough is done, then ends it in order.</summary>
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

    /// <summary>The numbers in the file, of which none is there twice.</summary>
    private List<int> StoredOnce()
    {
        using SqliteConnection connection = _file.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT body FROM overlap_message";
        using SqliteDataReader reader = command.ExecuteReader();
        List<int> stored = [];
        while (reader.Read())
        {
            WireMessage message = EnvelopeCodec.Read(reader.GetFieldValue<byte[]>(0), ProtocolLimits.Default);
            stored.Add(int.Parse(Encoding.UTF8.GetString(message.Body.Span)));
        }

        Assert.Equal(stored.Count, stored.Distinct().Count());
        return stored;
    }
}
