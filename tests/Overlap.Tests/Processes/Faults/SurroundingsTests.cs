using Overlap.Tests.Processes.Workers;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Cases 15 (processes), 16, 20, 21 and 22: what is around the program is short, missing, strange or replaced.</summary>
[Collection(nameof(FaultCollection))]
public sealed class SurroundingsTests
{
    [Fact]
    public async Task Descriptors_AtMost64_CallsWorkOrFailByName()
    {
        PoolAftermath before = new();
        using (PoolProgramRun program = PoolProgramRun.Start(4, ["/usr/bin/prlimit", "--nofile=64", "--"]))
        {
            await AssertWorksOrIsRefusedAsync(program);
        }

        before.Check();
    }

    [Fact]
    public async Task Descriptors_TooFewForAnyWorker_AreRefusedByName()
    {
        PoolAftermath before = new();
        using (PoolProgramRun program = PoolProgramRun.Start(8, ["/usr/bin/prlimit", "--nofile=32", "--"]))
        {
            string first = await program.HearAsync();
            string said = first.StartsWith("pool", StringComparison.Ordinal) ? await program.AskAsync("call") : first;
            Assert.Matches("^(done \\d+|(failed|refused) (BrokenProcessPoolException|IOException) .*)$", said);
        }

        before.Check();
    }

    [Fact]
    public async Task Processes_LimitedByAControlGroup_CallsWorkOrFailByName()
    {
        using ControlGroup group = new("pids");
        if (!group.IsThere || !group.TrySet("pids.max", "64"))
        {
            TestContext.Current.SendDiagnosticMessage("No control group for processes can be made here: the limit is tried without one.");
        }

        PoolAftermath before = new();
        string enter = group.IsThere ? $"echo $$ > {group.Folder}/cgroup.procs; exec \"$@\"" : "ulimit -u 64; exec \"$@\"";
        using (PoolProgramRun program = PoolProgramRun.Start(16, ["/bin/sh", "-c", enter, "sh"]))
        {
            await AssertWorksOrIsRefusedAsync(program);
        }

        before.Check();
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

    private static async Task AssertWorksOrIsRefusedAsync(PoolProgramRun program)
    {
        Assert.StartsWith("pool", await program.HearAsync(), StringComparison.Ordinal);
        Assert.Matches("^(right True|failed BrokenProcessPoolException .*)$", await program.AskAsync("calls 200"));
        Assert.Equal("disposed", await program.EndAsync());
    }
}
