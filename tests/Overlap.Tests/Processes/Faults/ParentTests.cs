using Overlap.Processes.Native;
using Overlap.Tests.Processes.Workers;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Cases 5 and 6: the program ends, in whatever way, while its workers run.</summary>
[Collection(nameof(FaultCollection))]
public sealed class ParentTests
{
    // The promise: parent gone, all gone. Unit: milliseconds.
    private const int Promise = 2_000;
    private static int _lastArgument = 500_000 + (Environment.ProcessId % 10_000 * 100);

    [Fact]
    public async Task Killed_AgainAndAgain_LeavesNoDescendant()
    {
        for (int i = 0; i < Campaign.Times(3, 100); i++)
        {
            await EndBySignalAsync(Misdeeds.Kill);
        }
    }

    [Theory]
    [InlineData(Misdeeds.Terminate)]
    [InlineData(Misdeeds.Interrupt)]
    [InlineData(Misdeeds.HangUp)]
    public Task Ended_BySignalWithFourRunning_LeavesNoDescendant(int signal) => EndBySignalAsync(signal);

    private static async Task EndBySignalAsync(int signal)
    {
        PoolAftermath before = new();
        string argument = $"{Interlocked.Increment(ref _lastArgument)}";
        List<int> handles = [];
        using (PoolProgramRun program = PoolProgramRun.Start(4))
        {
            _ = await program.HearAsync();
            for (int i = 0; i < 4; i++)
            {
                program.Tell($"hold {argument}");
            }

            // Each call has a child in a session of its own; it is there once the call runs.
            int[] sleepers = [];
            Assert.True(SpinWait.SpinUntil(() => (sleepers = Sleepers(argument)).Length == 4, FaultPool.Guard), "The calls did not start.");
            int[] family = [program.ProcessId, .. sleepers, .. sleepers.Select(ParentOf)];
            Assert.Equal(9, family.Distinct().Count());
            handles = [.. family.Select(ProcessCalls.TryOpenProcess)];
            long start = TimeProvider.System.GetTimestamp();
            Misdeeds.Send(program.ProcessId, signal);
            foreach (int handle in handles)
            {
                int left = Math.Max(0, Promise - (int)TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
                Assert.True(WorkerPrograms.HasEnded(handle, left), "A descendant lives on.");
            }
        }

        handles.ForEach(static handle => _ = DescriptorCalls.Close(handle));
        before.Check();
    }

    // Not setsid itself, which is on its way to become it.
    private static int[] Sleepers(string argument) =>
        [.. WorkerPrograms.WithArgument(argument).Where(static id => File.ReadAllText($"/proc/{id}/comm").StartsWith("sleep", StringComparison.Ordinal))];

    private static int ParentOf(int processId) => int.Parse(File.ReadLines($"/proc/{processId}/status").First(static line => line.StartsWith("PPid:", StringComparison.Ordinal))[5..]);
}
