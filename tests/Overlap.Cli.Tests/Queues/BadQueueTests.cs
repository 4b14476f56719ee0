using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Queues;

/// <summary>Brokers that cannot be used: one line that names what is wrong, and the code that the pages promise.</summary>
public sealed class BadQueueTests : IDisposable
{
    private readonly QueueFolder _queue = new();

    public void Dispose() => _queue.Dispose();

    [Theory]
    [InlineData("redis//localhost", "the URL does not begin with one of")]
    [InlineData("localhost:6379", "the URL does not begin with one of")]
    [InlineData("rediss//:secret@localhost", "the URL does not begin with one of")]
    [InlineData("redis://localhost:port/0", "port")]
    [InlineData("redis://localhost/zero", "zero")]
    [InlineData("sqlite:queue.db", "the URL does not begin with one of")]
    public async Task Call_UrlWithATypo_OneLineAndUsageCode(string url, string expected)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync("call", "tasks.add", "--broker", url);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith("overlap: --broker", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
        AssertOneLine(error);
    }

    [Theory]
    [InlineData("purge", "--yes")]
    [InlineData("dead-letters", "list")]
    [InlineData("doctor")]
    [InlineData("result", "one")]
    public async Task Verb_NoServer_OneLineAndEnvironmentCode(params string[] arguments)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync([.. arguments, "--broker", "redis://localhost:1/0"]);

        Assert.Equal((5, "", "overlap: redis://localhost:1/0 cannot be reached: Connection refused\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task Call_FileLocked_OneLineAndEnvironmentCode()
    {
        await _queue.RunAsync("call", "tasks.add");
        using SqliteConnection other = new($"Data Source={_queue.File};Pooling=False");
        other.Open();
        using SqliteTransaction transaction = other.BeginTransaction(deferred: false);

        Assert.Equal((5, "", $"overlap: The call one was not sent: The queue file {_queue.File} is locked by another program\n"), await _queue.RunAsync("call", "tasks.add", "--id", "one"));
    }

    [Fact]
    public async Task Call_FileIsNone_OneLineAndEnvironmentCode()
    {
        await File.WriteAllTextAsync(_queue.File, new string('x', 4096), TestContext.Current.CancellationToken);

        Assert.Equal((5, "", $"overlap: The call one was not sent: The queue file {_queue.File} is no SQLite file\n"), await _queue.RunAsync("call", "tasks.add", "--id", "one"));
    }

    [Fact]
    public async Task Call_FileDamaged_OneLineAndEnvironmentCode()
    {
        await _queue.RunAsync("call", "tasks.echo", "--args", $"[\"{new string('x', 100_000)}\"]");
        byte[] bytes = await File.ReadAllBytesAsync(_queue.File, TestContext.Current.CancellationToken);
        bytes.AsSpan(4096).Fill(0xff);
        await File.WriteAllBytesAsync(_queue.File, bytes, TestContext.Current.CancellationToken);

        Assert.Equal(
            (5, "", $"overlap: The call one was not sent: The queue file {_queue.File} is damaged: put it aside, or restore it from a copy\n"),
            await _queue.RunAsync("call", "tasks.add", "--id", "one"));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Call_FileReadOnly_OneLineAndEnvironmentCode()
    {
        const string Setpriv = "/usr/bin/setpriv";
        Assert.SkipWhen(Environment.IsPrivilegedProcess && !File.Exists(Setpriv), "setpriv is not installed: to this user nothing is read-only.");
        await _queue.RunAsync("call", "tasks.add");
        File.SetUnixFileMode(_queue.File, UnixFileMode.UserRead);

        // Who may do everything is not stopped by modes, unless that right is taken away.
        string command = $"\"$0\" call tasks.add --id one --broker '{_queue.Url}'";
        using CliProcess call = CliProcess.StartInShell(Environment.IsPrivilegedProcess ? $"exec {Setpriv} --bounding-set=-dac_override -- {command}" : $"exec {command}");

        Assert.Equal((5, "", $"overlap: The call one was not sent: The queue file {_queue.File} or its folder is read-only\n"), await call.EndAsync());
    }

    [Fact]
    public async Task Call_DiskFull_OneLineAndEnvironmentCode()
    {
        const string Tracer = "/usr/bin/strace";
        Assert.SkipUnless(File.Exists(Tracer), "strace is not installed.");
        await _queue.RunAsync("call", "tasks.add");
        using CliProcess call = CliProcess.StartInShell(
            $"exec {Tracer} -f --quiet=all -o /dev/null -P {_queue.File} -P {_queue.File}-wal -e trace=pwrite64 -e inject=pwrite64:error=ENOSPC:when=1+ \"$0\" call tasks.add --id one --broker '{_queue.Url}'");

        (int exitCode, string output, string error) = await call.EndAsync();
        Assert.Equal((5, ""), (exitCode, output));
        Assert.EndsWith($": The queue file {_queue.File} has no room left: the disk is full\n", error, StringComparison.Ordinal);
        AssertOneLine(error);
    }

    [Fact]
    public async Task Worker_TwoOfOneProjectAtOnce_OneBuilds()
    {
        string folder = _queue.PathOf("Alone");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Alone.csproj"),
            """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""",
            TestContext.Current.CancellationToken);

        (int ExitCode, string Output, string Error)[] ends = await Task.WhenAll(
            CliProcess.RunAsync("worker", "--project", folder, "--broker", _queue.Url), CliProcess.RunAsync("worker", "--project", folder, "--broker", _queue.Url));

        // Both get as far as the finding that it has no tasks.
        Assert.All(ends, static end => Assert.Equal((2, ""), (end.ExitCode, end.Output)));
        Assert.All(ends, static end => Assert.Contains("overlap: Alone.dll has no Overlap.Distributed.dll beside it", end.Error, StringComparison.Ordinal));
        Assert.Single(ends, static end => end.Error.Contains("overlap: building Alone ...", StringComparison.Ordinal));
    }

    private static void AssertOneLine(string error) => Assert.Single(error.TrimEnd('\n').Split('\n'));
}
