using System.Collections.Concurrent;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;

namespace Overlap.Distributed.Tests.Sqlite;

/// <summary>
/// A disk that fails at the first write, the second, and so on; one that is full from then on; a process that dies at each write of a checkpoint; a file
/// that may not be written; several processes at once. Each time the publisher is told, what it was told is there is there once, and the file is whole.
/// </summary>
[Trait("kind", "stress")]
public sealed class SqliteDiskTests
{
    private const int PerCall = 5;
    private const int Last = 25;
    private const int AtATime = 4;
    private const int Killed = 128 + 9;

    [Theory]
    [InlineData("pwrite64", "EIO", "ENOSPC")]
    [InlineData("fdatasync", "EIO", "ENOSPC")]
    public Task Publish_DiskFailsAtTheNth_WhatWasConfirmedIsThereOnce(string call, string odd, string even) => SweepAsync(1, async (number, file) =>
    {
        const int Calls = 120;
        string fault = $"{call}:error={(number % 2 == 1 ? odd : even)}";
        string[] command = QueueProgram.TracedCommandOf([file.Path, file.Path + "-wal"], [$"{fault}:when={number}"], "publish", "0", file.Path, "0", $"{Calls}");
        (int exitCode, string[] lines, string error) = await QueueProgram.RunAsync(command);

        // Each call was told, and one fault fails no more than what was under way together.
        int failed = lines.Count(static line => line.StartsWith("failed", StringComparison.Ordinal));
        Assert.Equal((0, Calls), (exitCode, lines.Length));

        // The first may fail none: why is not known; that nothing is lost then either is looked at below.
        Assert.True(failed <= AtATime && (failed > 0 || number == 1), $"{failed} failed: {error}");
        AssertThereOnce(file, lines);
    });

    [Fact]
    public Task Publish_DiskFullFromTheNthOn_IsToldAndGoesOnWhenThereIsRoom() => SweepAsync(5, async (number, file) =>
    {
        string[] full = QueueProgram.TracedCommandOf([file.Path, file.Path + "-wal"], [$"pwrite64:error=ENOSPC:when={number}+"], "publish", "0", file.Path, "0", "12");
        (int exitCode, string[] before, _) = await QueueProgram.RunAsync(full);
        string[] after = await PublishAsync(file, 10_000);

        Assert.Equal((0, 12), (exitCode, before.Length));
        Assert.Contains(before, static line => line.StartsWith("failed", StringComparison.Ordinal) && line.Contains("queue file", StringComparison.Ordinal));
        Assert.All(after, static line => Assert.StartsWith("sent", line, StringComparison.Ordinal));
        AssertThereOnce(file, [.. before, .. after]);
    });

    [Fact]
    public Task Publish_KilledAtTheNthWriteOfACheckpoint_WhatWasConfirmedIsThereOnce() => SweepAsync(3, async (number, file) =>
    {
        // The file itself is written by checkpoints only, once it is there: the last of them when it is closed.
        (_, string[] first, _) = await QueueProgram.RunAsync(QueueProgram.CommandOf("publish", "0", file.Path, "100000", "1"));
        string[] traced = QueueProgram.TracedCommandOf([file.Path], [$"pwrite64:signal=SIGKILL:when={number}"], "publish", "0", file.Path, "0", "120");
        (int exitCode, string[] lines, _) = await QueueProgram.RunAsync(traced);

        Assert.True(exitCode == Killed && lines.Length == 120, $"exit code {exitCode}, {lines.Length} lines, {new FileInfo(file.Path).Length} bytes");
        AssertThereOnce(file, [.. first, .. lines]);

        // And it can be used on.
        string[] later = await PublishAsync(file, 200_000);
        AssertThereOnce(file, [.. first, .. lines, .. later]);
    });

    [Fact]
    public async Task Publish_EightProcessesAtOnce_EachMessageIsThereOnce()
    {
        using QueueFile file = new();
        (int ExitCode, string[] Lines, string Error)[] ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            number => QueueProgram.RunAsync(QueueProgram.CommandOf("publish", "0", file.Path, $"{number * 10_000}", "20"))));

        Assert.All(ends.SelectMany(static end => end.Lines), static line => Assert.StartsWith("sent", line, StringComparison.Ordinal));
        AssertThereOnce(file, [.. ends.SelectMany(static end => end.Lines)]);
        Assert.Equal(8 * 20 * PerCall, StoredOnce(file).Count);
    }

    [Fact]
    public async Task WalDeleted_AfterACleanEnd_NothingIsLost()
    {
        using QueueFile file = new();
        string[] lines = await PublishAsync(file, 0);

        Assert.False(File.Exists(file.Path + "-wal"));
        AssertThereOnce(file, lines);
    }

    // Part of the database is in it: to delete it is to delete that part. What is left is whole.
    [Fact]
    public async Task WalDeleted_AfterAKill_FileIsWholeAndUsable()
    {
        using QueueFile file = new();
        string[] first = await PublishAsync(file, 0);
        await QueueProgram.RunAsync(QueueProgram.CommandOf("publish", "8", file.Path, "10000", "200"));
        File.Delete(file.Path + "-wal");
        string[] later = await PublishAsync(file, 20_000);

        AssertThereOnce(file, [.. first, .. later]);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    [UnsupportedOSPlatform("windows")]
    public async Task Publish_ReadOnly_OneLineSaysSoAndTheFileStays(string what)
    {
        const string Setpriv = "/usr/bin/setpriv";
        Assert.SkipWhen(Environment.IsPrivilegedProcess && !File.Exists(Setpriv), "setpriv is not installed: to this user nothing is read-only.");
        using QueueFile file = new();
        string folder = Path.GetDirectoryName(file.Path)!;
        string[] first = await PublishAsync(file, 0);
        byte[] before = await File.ReadAllBytesAsync(file.Path);
        File.SetUnixFileMode(file.Path, UnixFileMode.UserRead);
        if (what == "folder")
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        // Who may do everything is not stopped by modes, unless that right is taken away.
        string[] command = QueueProgram.CommandOf("publish", "0", file.Path, "10000", "4");
        (int exitCode, string[] lines, _) = await QueueProgram.RunAsync(
            Environment.IsPrivilegedProcess ? [Setpriv, "--bounding-set=-dac_override", "--", .. command] : command);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal((0, 4), (exitCode, lines.Length));
        Assert.All(lines, line => Assert.EndsWith($"The queue file {file.Path} or its folder is read-only.", line, StringComparison.Ordinal));
        Assert.Equal(before, await File.ReadAllBytesAsync(file.Path));
        AssertThereOnce(file, first);
    }

    // Every so many of the first 25; OVERLAP_THOROUGH=1: each.
    private static async Task SweepAsync(int step, Func<int, QueueFile, Task> actAsync)
    {
        bool isThorough = Environment.GetEnvironmentVariable("OVERLAP_THOROUGH") == "1";
        IEnumerable<int> numbers = Enumerable.Range(1, Last).Where(number => isThorough || (number - 1) % step == 0);
        ConcurrentDictionary<int, string> wrong = [];
        await Parallel.ForEachAsync(numbers, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (number, _) =>
        {
            try
            {
                using QueueFile file = new();
                await actAsync(number, file);
            }
            catch (Exception error) when (error is not Xunit.Sdk.SkipException)
            {
                wrong[number] = error.Message;
            }
        });

        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Select(static pair => $"{pair.Key}: {pair.Value}")));
    }

    // As the program does, in this process.
    private static async Task<string[]> PublishAsync(QueueFile file, int from)
    {
        await using SqliteBroker broker = new(file.Options);
        await broker.PublishAsync(Enumerable.Range(from, PerCall).Select(static number => new Publication("", "celery", new WireMessage
        {
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            Body = Encoding.UTF8.GetBytes($"{number}"),
        })).ToArray());
        return [$"sent {from}"];
    }

    // What failed may be there all the same, and then whole: nobody knew.
    private static void AssertThereOnce(QueueFile file, string[] lines)
    {
        List<int> stored = StoredOnce(file);
        HashSet<int> sent =
        [
            .. lines.Where(static line => line.StartsWith("sent", StringComparison.Ordinal)).SelectMany(static line => Enumerable.Range(int.Parse(line.Split(' ')[1]), PerCall)),
        ];
        Assert.Empty(sent.Except(stored));
        Assert.Equal(0, stored.Count % PerCall);
        Assert.Equal("ok", file.Query<string>("PRAGMA integrity_check"));
    }

    private static List<int> StoredOnce(QueueFile file)
    {
        using SqliteConnection connection = file.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT body FROM overlap_message";
        using SqliteDataReader reader = command.ExecuteReader();
        List<int> stored = [];
        while (reader.Read())
        {
            stored.Add(int.Parse(Encoding.UTF8.GetString(EnvelopeCodec.Read(reader.GetFieldValue<byte[]>(0), ProtocolLimits.Default).Body.Span)));
        }

        Assert.Distinct(stored);
        return stored;
    }
}
