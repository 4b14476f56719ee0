using Overlap.Executors;
using Overlap.Processes;
using Overlap.Processes.Native;
using Overlap.Tests.Processes.Workers;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Cases 15 (processes), 16, 20, 21 and 22: what is around the program is short, missing, strange or replaced.</summary>
[Collection(nameof(FaultCollection))]
public sealed class SurroundingsTests
{
    [Fact]
    public async Task Descriptors_NoneLeftForAnotherWorker_TheOthersGoOn()
    {
        PoolAftermath before = new();
        using (PoolProgramRun program = PoolProgramRun.Start(4))
        {
            _ = await program.HearAsync();
            _ = await program.AskAsync("calls 1");
            await HaveThreadsAsync(program);
            LimitDescriptors(program, CountDescriptors(program) + 2);
            Assert.Equal("right True", await program.AskAsync("calls 2000"));
            Assert.Equal("disposed", await program.EndAsync());
        }

        before.Check();
    }

    // With 5 none at all can be opened: the look for what the worker left behind fails, and must not end the program.
    [Theory]
    [InlineData(8)]
    [InlineData(5)]
    public async Task Descriptors_NoneLeftForAnyWorker_FailsByName(int most)
    {
        PoolAftermath before = new();
        using (PoolProgramRun program = PoolProgramRun.Start(4))
        {
            _ = await program.HearAsync();
            string worker = (await program.AskAsync("call")).Split(' ')[1];
            await HaveThreadsAsync(program);
            LimitDescriptors(program, most);
            Misdeeds.Send(int.Parse(worker), Misdeeds.Kill);
            Assert.StartsWith("failed BrokenProcessPoolException", await program.AskAsync("call"), StringComparison.Ordinal);
            LimitDescriptors(program, 1_000);
            Assert.Equal("disposed", await program.EndAsync());
        }

        before.Check();
    }

    [Fact]
    public async Task Descriptors_Limited64_InTheWorker_IsEnoughForIt()
    {
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Limits = new() { OpenFiles = 64 } });
        Task<int> call = pool.Executor.SubmitAsync(static () =>
        {
            List<FileStream> kept = [];
            while (true)
            {
                kept.Add(new("/dev/null", FileMode.Open, FileAccess.Read));
            }

#pragma warning disable CS0162 // The compiler needs a result of the function's type.
            return kept.Count;
#pragma warning restore CS0162
        });
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(FaultPool.Guard));
        Assert.True(failure is IOException or RemoteCallException or WorkerDiedException, failure.ToString());
        await pool.EndAsync(isUsable: false);
    }

    [Fact]
    public async Task Processes_LimitedByAControlGroup_CostTheCallOnly()
    {
        using ControlGroup group = new("pids");
        if (!group.IsThere || !group.TrySet("pids.max", "64"))
        {
            TestContext.Current.SendDiagnosticMessage("No control group for processes can be made here: the nested pool has all it wants.");
        }

        await using FaultPool pool = new(2);
        Task<int> call = pool.Executor.SubmitAsync(Misdeeds.NestInGroup, group.IsThere ? group.Folder : "");
        try
        {
            Assert.Equal(499_500, await call.WaitAsync(FaultPool.Guard));
        }
        catch (Exception exception) when (exception is not (TimeoutException or Xunit.Sdk.XunitException))
        {
            // Whatever the call ran into, it is its own failure, and has a name.
            Assert.NotEmpty(exception.Message);
        }

        await pool.EndAsync();
    }

    [Fact]
    public async Task TemporaryFolder_Missing_IsNotNeeded()
    {
        PoolAftermath before = new();
        using (PoolProgramRun program = PoolProgramRun.Start(2, ["/usr/bin/env", "TMPDIR=/does/not/exist"]))
        {
            await AssertWorksAsync(program);
        }

        before.Check();
    }

    [Fact]
    public async Task TemporaryFolder_Full_IsNotNeeded()
    {
        PoolAftermath before = new();
        using (PoolProgramRun program = PoolProgramRun.Start(2, ["/usr/bin/env", "TMPDIR=/dev/full"]))
        {
            await AssertWorksAsync(program);
        }

        before.Check();
    }

    [Fact]
    public async Task Environment_EmptyOfEverything_IsEnough()
    {
        PoolAftermath before = new();
        using (PoolProgramRun program = PoolProgramRun.Start(2, environment: new Dictionary<string, string>()))
        {
            await AssertWorksAsync(program);
        }

        before.Check();
    }

    [Fact]
    public async Task Culture_Turkish_ChangesNothing()
    {
        PoolAftermath before = new();
        using (PoolProgramRun program = PoolProgramRun.Start(2, ["/usr/bin/env", "LANG=tr_TR.UTF-8", "LC_ALL=tr_TR.UTF-8", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0"]))
        {
            _ = await program.HearAsync();
            Assert.Matches("^text 2 5 \\d+ Ii$", await program.AskAsync("text"));
            Assert.Equal("disposed", await program.EndAsync());
        }

        before.Check();
    }

    [Theory]
    [InlineData("Overlap.WorkerPrograms.dll")]
    [InlineData("Overlap.dll")]
    public async Task Binary_ReplacedWhileThePoolRuns_FailsByNameAndHangsNothing(string file)
    {
        PoolAftermath before = new();
        string folder = Directory.CreateTempSubdirectory("overlap-replaced-").FullName;
        string built = WorkerPrograms.Command().ElementAt(2);
        foreach (string source in Directory.EnumerateFiles(Path.GetDirectoryName(built)!))
        {
            File.Copy(source, Path.Combine(folder, Path.GetFileName(source)));
        }

        using (PoolProgramRun program = PoolProgramRun.Start(1, program: Path.Combine(folder, Path.GetFileName(built))))
        {
            _ = await program.HearAsync();
            string worker = (await program.AskAsync("call")).Split(' ')[1];

            // As a build does it: a new file in the old one's place. What runs keeps the old one.
            string replaced = Path.Combine(folder, file);
            File.Delete(replaced);
            File.WriteAllText(replaced, "not an assembly");
            Assert.StartsWith("done", await program.AskAsync("call"), StringComparison.Ordinal);
            _ = await program.AskAsync($"kill {worker}");
            Assert.Matches("^failed (BrokenProcessPoolException|NotPortableException|RemoteCallException|FileLoadException|BadImageFormatException|FileNotFoundException) ", await program.AskAsync("call"));
            Assert.Equal("disposed", await program.EndAsync());
        }

        Directory.Delete(folder, recursive: true);
        before.Check();
    }

    private static async Task AssertWorksAsync(PoolProgramRun program)
    {
        Assert.StartsWith("pool", await program.HearAsync(), StringComparison.Ordinal);
        Assert.Equal("right True", await program.AskAsync("calls 200"));
        Assert.Equal("array 1048576", await program.AskAsync("array"));
        Assert.Equal("disposed", await program.EndAsync());
    }

    // No thread of the thread pool is started under the limit: the runtime would end the program, for it needs two descriptors for each.
    private static async Task HaveThreadsAsync(PoolProgramRun program) => Assert.Equal("started", await program.AskAsync("threads 8"));

    private static int CountDescriptors(PoolProgramRun program) => Directory.GetFileSystemEntries($"/proc/{program.ProcessId}/fd").Length;

    private static void LimitDescriptors(PoolProgramRun program, int most) =>
        ProcessCalls.Limit(program.ProcessId, ProcessCalls.LimitOpenFiles, (ulong)most, ulong.MaxValue);
}
