using System.Text;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Run;
using Overlap.Cli.Jobs.Run.Children;
using Overlap.Cli.Jobs.Run.Inputs;
using Overlap.Cli.Jobs.Run.Outputs;
using Overlap.Cli.Tests.Commands;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Run;

/// <summary>The system refuses to start commands, for others have taken what there was.</summary>
public sealed class RefusedStartTests
{
    private const int TryAgain = 11;
    private const int NoSuchDevice = 19;

    private readonly List<string> _said = [];

    [Fact]
    public async Task NoRoomForProcesses_WaitsAndFailsNothing()
    {
        RunReport report = await RunAsync(count: 40, refusals: 25, TryAgain);

        Assert.Equal((40, 40, 0), (report.Items, report.Succeeded, report.Failed));
        Assert.Equal(["waiting: no further command can be started now (Resource temporarily unavailable)"], _said);
    }

    // The first is refused while nothing runs whose end could make room: it tries again by itself.
    [Fact]
    public async Task NoRoomForTheFirst_TriesAgain() => Assert.Equal(1, (await RunAsync(count: 1, refusals: 3, TryAgain)).Succeeded);

    [Fact]
    public async Task RefusedForAnotherReason_ThatItemFails()
    {
        RunReport report = await RunAsync(count: 5, refusals: 1, NoSuchDevice);

        Assert.Equal((4, 1), (report.Succeeded, report.Failed));
        Assert.Empty(_said);
    }

    private async Task<RunReport> RunAsync(int count, int refusals, int error)
    {
        byte[][] items = [.. Enumerable.Range(0, count).Select(static item => Encoding.UTF8.GetBytes($"{item}"))];
        RunOptions options = new() { Words = ["true"], Input = new InputOptions { Lists = [items], StandardInput = Stream.Null } };
        RunSession session = new(new OutputPrinter(OutputMode.Grouped, tagged: false), message =>
        {
            lock (_said)
            {
                _said.Add(message);
            }
        });
        JobPlan plan = JobPlan.Of(_ => new RunJob(
            options, session, TimeProvider.System, () => new RefusingSpawner(new ChildSpawner(nice: 0, TimeProvider.System), refusals, error)));
        using RunControl control = new(TimeProvider.System);
        return await plan.RunAsync(RunPlace.AsAsked, keep: false, new RunSettings { Model = ExecutionModel.Async, Workers = 8 }, control, []).WaitAsync(Patience.Usual);
    }

    /// <summary>Refuses the first, and then none.</summary>
    private sealed class RefusingSpawner(IChildSpawner inner, int refusals, int refusal) : IChildSpawner
    {
        private int _asked;

        public Child? TrySpawn(byte[] program, WordBlock words, long sequence, OutputRouting routing, IChildOutput? output, out int error)
        {
            if (Interlocked.Increment(ref _asked) <= refusals)
            {
                error = refusal;
                return null;
            }

            return inner.TrySpawn(program, words, sequence, routing, output, out error);
        }

        public void Dispose() => inner.Dispose();
    }
}
