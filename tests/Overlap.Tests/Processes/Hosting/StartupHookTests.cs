using Overlap.Processes.Hosting;
using Overlap.Tests.Processes.Workers;

namespace Overlap.Tests.Processes.Hosting;

public sealed class StartupHookTests
{
    // Of the signals a process catches, the first bit is SIGHUP: only a worker's control thread does that.
    private const ulong HangUp = 1;

    [Fact]
    public void Initialize_ProgramStartedAsWorker_MainNeverRuns()
    {
        using RecordedWorker worker = Start(new() { [HostLocation.StartupHooksVariable] = "Overlap", [HostLocation.HookVariable] = "1" });
        Assert.True(SpinWait.SpinUntil(() => worker.Process.HasExited || CatchesHangUp(worker.Process.ProcessId), RecordedWorker.Patience));
        Assert.DoesNotContain(worker.Lines, static line => line.Text.StartsWith("worker ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Initialize_SomebodyElsesHook_MainRuns()
    {
        using RecordedWorker worker = Start(new() { [HostLocation.StartupHooksVariable] = "Overlap" });
        Assert.StartsWith("worker ", worker.NextLine(), StringComparison.Ordinal);
        Assert.Equal(0, (await worker.Exit).ExitCode);
    }

    // Left alone, the program starts a worker, says so, and ends, as its input is empty.
    private static RecordedWorker Start(Dictionary<string, string?> environment) =>
        RecordedWorker.Start(new() { Inherited = [], Command = [.. WorkerPrograms.Command("parent", "/bin/sleep", "100000")], Environment = environment });

    private static bool CatchesHangUp(int processId)
    {
        try
        {
            string caught = File.ReadLines($"/proc/{processId}/status").First(static line => line.StartsWith("SigCgt:", StringComparison.Ordinal));
            return (Convert.ToUInt64(caught["SigCgt:".Length..].Trim(), 16) & HangUp) != 0;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            return false;
        }
    }
}
