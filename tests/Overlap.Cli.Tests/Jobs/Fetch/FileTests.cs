using System.Diagnostics;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>What stands in the folder already, and what the disk can do to a download.</summary>
public sealed class FileTests
{
    [Fact]
    public async Task Fetch_NameIsALinkToOutside_LeavesBothAlone()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        foreach (ExistingFile policy in Enum.GetValues<ExistingFile>())
        {
            using DownloadBed bed = new();
            File.CreateSymbolicLink(bed.PathOf("file.txt"), bed.CanaryPath);

            ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Existing = policy });

            Assert.Equal(FailureKind.RefusedTarget, result.ErrorKind);
            Assert.Contains("a symbolic link", result.Message);
            Assert.Equal(bed.CanaryPath, new FileInfo(bed.PathOf("file.txt")).LinkTarget);
        }
    }

    [Fact]
    public async Task Fetch_NameIsAFolder_IsRefused()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();
        Directory.CreateDirectory(bed.PathOf("file.txt"));

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Existing = ExistingFile.Overwrite });

        Assert.Contains("a folder", result.Message);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Fetch_NameIsAPipe_IsRefusedWithoutOpeningIt()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();
        MakePipe(bed.PathOf("file.txt"));

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Existing = ExistingFile.Resume });

        Assert.Contains("a pipe, socket or device", result.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_PartIsALinkToOutside_ReplacesTheLinkOnly(bool withRecord)
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();
        File.CreateSymbolicLink(bed.PathOf("file.txt.part"), bed.CanaryPath);
        if (withRecord)
        {
            File.CreateSymbolicLink(bed.PathOf("file.txt.part.json"), bed.CanaryPath);
        }

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(ItemStatus.Succeeded, result.Status);
        Assert.Equal("x", File.ReadAllText(bed.PathOf("file.txt")));
    }

    [Fact]
    public async Task Fetch_PartIsHeldByAnotherRun_IsRefusedAndLeftAlone()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();
        using TargetFolder folder = TargetFolder.Open(bed.Folder);
        using PartFile other = PartFile.Create(folder, "file.txt");
        other.Write("half"u8);

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(FailureKind.RefusedTarget, result.ErrorKind);
        Assert.Contains("in use by another run", result.Message);
        Assert.True(other.Commit("file.txt", replace: false));
    }

    [Fact]
    public async Task Fetch_PartIsAPipe_IsRefused()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();
        MakePipe(bed.PathOf("file.txt.part"));

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(FailureKind.RefusedTarget, result.ErrorKind);
    }

    [Fact]
    public async Task Fetch_FolderSwappedForALinkMeanwhile_WritesIntoTheFolderThatWasOpened()
    {
        using DownloadBed bed = new();
        string elsewhere = Directory.CreateTempSubdirectory("overlap-elsewhere-").FullName;
        string moved = bed.Folder + ".moved";
        try
        {
            await using HostileServer server = HostileServer.Start(async connection =>
            {
                await connection.ReadRequestAsync();
                Directory.Move(bed.Folder, moved);
                Directory.CreateSymbolicLink(bed.Folder, elsewhere);
                await connection.SendAsync(HostileServer.Ok("x"));
            });
            FetchOptions options = bed.Options(server.Url());
            await using FetchJob job = new(options, RunPlace.AsAsked);
            await job.PrepareAsync(ExecutionModel.Async, 1, default);
            FetchItem item = new() { Line = 1, Label = server.Url(), Uri = new Uri(server.Url()), Host = "h", Name = "file.txt" };

            ItemResult result = await job.ExecuteAsync(item, default);

            Assert.Equal(ItemStatus.Succeeded, result.Status);
            Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
            Assert.True(File.Exists(Path.Combine(moved, "file.txt")));
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task Fetch_FileAppearsMeanwhile_IsNotReplaced()
    {
        using DownloadBed bed = new();
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await File.WriteAllTextAsync(bed.PathOf("file.txt"), "somebody else's");
            await connection.SendAsync(HostileServer.Ok("x"));
        });

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(FailureKind.Exists, result.ErrorKind);
        Assert.Equal(["file.txt"], bed.Names);
        Assert.Equal("somebody else's", File.ReadAllText(bed.PathOf("file.txt")));
    }

    [Theory]
    [InlineData("skip", "old", 0)]
    [InlineData("resume", "new!", 1)]
    [InlineData("overwrite", "new!", 1)]
    [InlineData("rename", "old", 1)]
    public async Task Fetch_FileIsThere_DoesWhatThePolicySays(string policy, string content, int requests)
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("new!"));
        using DownloadBed bed = new();
        File.WriteAllText(bed.PathOf("file.txt"), "old");

        await bed.FetchOneAsync(bed.Options(server.Url()) with { Existing = Enum.Parse<ExistingFile>(policy, ignoreCase: true) });

        Assert.Equal(content, File.ReadAllText(bed.PathOf("file.txt")));
        Assert.Equal(requests, server.Requests.Count);
        Assert.Equal(policy == "rename" ? ["file-2.txt", "file.txt"] : ["file.txt"], bed.Names);
    }

    [Fact]
    public async Task Fetch_ResumePolicyAndSameLength_SkipsTheBody()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("new"));
        using DownloadBed bed = new();
        File.WriteAllText(bed.PathOf("file.txt"), "old");

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { Existing = ExistingFile.Resume });

        Assert.Equal(ItemStatus.Skipped, result.Status);
        Assert.Equal("old", File.ReadAllText(bed.PathOf("file.txt")));
    }

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Threads)]
    [InlineData(ExecutionModel.Processes)]
    public async Task Fetch_TenThousandUrlsWithOneName_StoresEachOnce(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } head)
            {
                string path = head.Split(' ')[1];
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {path.Length}\r\n\r\n{path}");
            }
        });
        using DownloadBed bed = new();
        const int Count = 10_000;

        IReadOnlyList<ItemResult> results = await bed.FetchAsync(
            bed.Options([.. Enumerable.Range(0, Count).Select(n => server.Url($"/{n}/file.txt"))]), model);

        Assert.All(results, result => Assert.Equal(ItemStatus.Succeeded, result.Status));
        Assert.Equal(Count, bed.Names.Length);
        Assert.Equal(Count, bed.Names.Select(name => File.ReadAllText(bed.PathOf(name))).Distinct().Count());
        Assert.InRange(server.Connections, 1, 60);
    }

    [Fact]
    public async Task Fetch_SameUrlTwice_IsAskedForOnce()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();

        IReadOnlyList<ItemResult> results = await bed.FetchAsync(bed.Options(server.Url(), server.Url() + "#again"));

        Assert.Single(server.Requests);
        Assert.Equal("line 2 is the same as line 1", results.Single(result => result.Status == ItemStatus.Skipped).Message);
    }

    [Fact]
    public async Task Fetch_FolderIsAFile_EndsTheRun()
    {
        using DownloadBed bed = new();
        File.WriteAllText(bed.PathOf("occupied"), "");

        RunException failure = await Assert.ThrowsAsync<RunException>(
            () => bed.FetchAsync(bed.Options("http://127.0.0.1:1/x") with { Folder = bed.PathOf("occupied") }));

        Assert.Equal(ExitCode.Environment, failure.ExitCode);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task Fetch_FolderCannotBeWritten_EndsTheRunBeforeTheFirstRequest()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();

        // A folder of the kernel, in which not even root makes files.
        RunException failure = await Assert.ThrowsAsync<RunException>(
            () => bed.FetchAsync(bed.Options(server.Url()) with { Folder = "/proc/self/task" }));

        Assert.Equal(ExitCode.Environment, failure.ExitCode);
        Assert.Contains("/proc/self/task", failure.Message);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Inline)]
    [InlineData(ExecutionModel.Processes)]
    public async Task Fetch_DiskFull_EndsTheRunAndLeavesNoFileUnderItsName(ExecutionModel model)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small disk needs root");
        using DownloadBed bed = new();
        bool mounted = Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", bed.Folder);
        Assert.SkipUnless(mounted, "this machine does not let a test mount a disk");
        try
        {
            await using HostileServer server = HostileServer.Answering(HostileServer.Ok(new string('x', 1_000_000)));

            RunException failure = await Assert.ThrowsAsync<RunException>(() => bed.FetchAsync(bed.Options(server.Url()), model));

            Assert.Equal(ExitCode.Environment, failure.ExitCode);
            Assert.Contains("No space left", failure.Message);
            Assert.Empty(bed.Names);
        }
        finally
        {
            Run("umount", bed.Folder);
        }
    }

    private static void MakePipe(string path) => Assert.True(Run("mkfifo", path));

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
