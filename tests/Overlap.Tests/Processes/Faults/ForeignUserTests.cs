using System.Diagnostics;
using Overlap.Tests.Processes.Workers;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Another user of the machine tries everything on a pool and its workers.</summary>
[Collection(nameof(FaultCollection))]
public sealed class ForeignUserTests
{
    private const int Owner = 61_001;
    private const int Attacker = 61_002;
    private const int Actions = 15;
    private const string Secret = "a3c7f1-not-for-others";

    [Fact]
    public async Task Attack_ByAnotherUser_IsRefusedFifteenTimes()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            // Without two users there is nothing to try; that this program cannot make them is itself worth a line.
            TestContext.Current.SendDiagnosticMessage("Not run as root: no other user can be had, nothing was tried.");
            return;
        }

        PoolAftermath before = new();

        // Users who may read nothing of root's: the program and the runtime's own folders excepted, which all may read.
        string folder = CopyForAll();
        using (PoolProgramRun program = PoolProgramRun.Start(2, As(Owner), Path.Combine(folder, "Overlap.WorkerPrograms.dll"), Environments()))
        {
            int pool = int.Parse((await program.HearAsync()).Split(' ')[1]);
            int worker = int.Parse((await program.AskAsync($"secret {Secret}")).Split(' ')[1]);
            Assert.Equal((Owner, Owner), (UserOf(pool), UserOf(worker)));
            string[] tried = await AttackAsync(folder, pool, worker);
            Assert.Equal(Actions, tried.Length);
            Assert.All(tried, static line => Assert.StartsWith("refused", line, StringComparison.Ordinal));

            // Neither has taken harm.
            Assert.Equal($"secret {worker}", await program.AskAsync($"secret {Secret}"));
            Assert.Equal("disposed", await program.EndAsync());
        }

        Directory.Delete(folder, recursive: true);
        before.Check();
    }

    [Fact]
    public async Task Attack_ByTheSameUser_IsNotRefused()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            TestContext.Current.SendDiagnosticMessage("Not run as root: no other user can be had, nothing was tried.");
            return;
        }

        // Were the attacks badly made, they would be refused to everybody.
        string folder = CopyForAll();
        using (PoolProgramRun program = PoolProgramRun.Start(2, As(Owner), Path.Combine(folder, "Overlap.WorkerPrograms.dll"), Environments()))
        {
            int pool = int.Parse((await program.HearAsync()).Split(' ')[1]);
            int worker = int.Parse((await program.AskAsync($"secret {Secret}")).Split(' ')[1]);
            string[] tried = await AttackAsync(folder, pool, worker, Owner);
            Assert.InRange(tried.Count(static line => line.StartsWith("WORKED", StringComparison.Ordinal)), 8, Actions);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string[]> AttackAsync(string folder, int pool, int worker, int user = Attacker)
    {
        string[] command = [.. As(user), .. WorkerPrograms.Command("attack", Secret, $"{pool}", $"{worker}")];
        command[^5] = Path.Combine(folder, "Overlap.WorkerPrograms.dll");
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true };
        start.Environment.Clear();
        foreach ((string name, string value) in Environments())
        {
            start.Environment[name] = value;
        }

        using Process attack = Process.Start(start)!;
        List<string> lines = [];
        while (await attack.StandardOutput.ReadLineAsync().WaitAsync(FaultPool.Guard) is { } line)
        {
            lines.Add(line);
        }

        await attack.WaitForExitAsync();
        return [.. lines];
    }

    private static string[] As(int user) => ["/usr/bin/setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "--"];

    private static Dictionary<string, string> Environments() => new() { ["DOTNET_EnableDiagnostics"] = "0", ["PATH"] = "/usr/bin:/bin" };

    private static string CopyForAll()
    {
        string folder = Directory.CreateTempSubdirectory("overlap-foreign-").FullName;
        string built = Path.GetDirectoryName(WorkerPrograms.Command().ElementAt(2))!;
        foreach (string source in Directory.EnumerateFiles(built))
        {
            string copy = Path.Combine(folder, Path.GetFileName(source));
            File.Copy(source, copy);
        }

        using Process open = Process.Start("/bin/chmod", ["-R", "a+rX", folder]);
        open.WaitForExit();
        return folder;
    }

    private static int UserOf(int processId) =>
        int.Parse(File.ReadLines($"/proc/{processId}/status").First(static line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1]);
}
