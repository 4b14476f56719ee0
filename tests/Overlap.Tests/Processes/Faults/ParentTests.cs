using Overlap.Processes.Native;
using Overlap.Tests.Processes.Workers;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Cases 5 and 6: the program ends, in whatever way, while its workers run.</summary>
[Collection(nameof(FaultCollection))]
public sealed class ParentTests
{
    // The promise: parent gone, all gone. Unit: milliseconds.
    private const int Promise = 2_000;

    // Wall time is also what the machine takes from everybody; a program that is late by itself is late every time.
    private const int Tries = 3;
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
        bool areGone = false;
        for (int i = 0; i < Tries && !areGone; i++)
        {
            areGone = await AreGoneInTimeAsync(signal);
        }

        Assert.True(areGone, "A descendant lives on.");
        before.Check();
    }

    private static async Task<bool> AreGoneInTimeAsync(int signal)
    {
        string argument = $"{Interlocked.Increment(ref _lastArgument)}";
        using PoolProgramRun program = PoolProgramRun.Start(4);
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
        int[] handles = [.. family.Select(ProcessCalls.TryOpenProcess)];
        Misdeeds.Send(program.ProcessId, signal);

        // How long the program takes for its own end is the runtime's.
        Assert.True(WorkerPrograms.HasEnded(handles[0], (int)FaultPool.Guard.TotalMilliseconds), "The program lives on.");
        long start = TimeProvider.System.GetTimestamp();
        int Left() => Math.Max(0, Promise - (int)TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        bool areGone = handles.Aggregate(true, (all, handle) => WorkerPrograms.HasEnded(handle, Left()) && all);
        foreach (int handle in handles.Where(static handle => handle >= 0))
        {
            ProcessCalls.Signal(handle, SignalNumber.Kill);
            _ = DescriptorCalls.Close(handle);
        }

        return areGone;
    }

    // Not setsid itself, which is on its way to become it.
    private static int[] Sleepers(string argument) =>
        [.. WorkerPrograms.WithArgument(argument).Where(static id => File.ReadAllText($"/proc/{id}/comm").StartsWith("sleep", StringComparison.Ordinal))];

    private static int ParentOf(int processId) => int.Parse(File.ReadLines($"/proc/{processId}/status").First(static line => line.StartsWith("PPid:", StringComparison.Ordinal))[5..]);
}
