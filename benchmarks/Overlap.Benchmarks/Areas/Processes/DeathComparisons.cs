using System.Diagnostics;
using Overlap.Benchmarks.Measuring;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>What the death of a worker costs: how late it is heard of, and how many calls it takes along.</summary>
internal static class DeathComparisons
{
    private const int DeathsPerRound = 5;
    private const int LargeMegabytes = 200;
    private const int QueuedCalls = 2_000;

    // Seven rounds make more than a hundred.
    private const int RunsPerRound = 15;

    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(50);
    private static readonly Metric UntilFailed = new("until its call fails", "ms", "0.00");
    private static readonly Metric AfterTimer = new("after the timer fired", "ms", "0.00");
    private static readonly Metric AfterDeadline = new("after the deadline", "ms", "0.00");
    private static readonly Metric MostLost = new("calls lost, at most", "calls", "#,0");
    private static readonly Metric FewestLost = new("at least", "calls", "#,0");

    public static async Task<ComparisonResult> KilledAsync(BenchmarkContext context, PoolPeers peers, CancellationToken cancellationToken)
    {
        await using ProcessPoolExecutor executor = new(1);
        Contender small = Killed("overlap, small worker", executor, megabytes: 0);
        Contender large = Killed($"overlap, worker of {LargeMegabytes} MB", executor, LargeMegabytes);
        ItemUnit unit = new(UntilFailed, Metric.CpuPerCall, 1e3);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "From SIGKILL of a worker to the failure of its call",
                Contenders = peers.Only(small, large, peers.Python("Python ProcessPoolExecutor, small worker", "killed", DeathsPerRound, unit)),
                Ratios = [UntilFailed],
                Targets = [Target.AtMost(small.Name, UntilFailed, 3), Target.AtMost(large.Name, UntilFailed, 20)],
                Note = $"The median of {DeathsPerRound} kills in each round, for Python the mean. The kernel gives a process's memory back before it tells of its death. "
                    + "Python's pool is broken afterwards.",
            },
            cancellationToken);
    }

    public static async Task<ComparisonResult> DeadlineAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        FiringTimeProvider time = new();
        await using ProcessPoolExecutor executor = new(new ProcessPoolExecutorOptions
        {
            MaxWorkers = 1,
            TimeProvider = time,
            Calls = new ProcessCallOptions { Deadline = Deadline },
        });
        Contender ours = new ProbeContender
        {
            Name = "overlap",
            Shown = "executor.With(new() { Deadline = 50 ms }), a call that sleeps for ever",
            Probe = async _ =>
            {
                List<double> afterTimer = [];
                List<double> afterDeadline = [];
                for (int i = 0; i < DeathsPerRound; i++)
                {
                    StartedCallListener listener = new();
                    Task<int> call = executor.SubmitAsync(PoolFunctions.Hang, (0, (IProgress<StartedCall>)listener), CancellationToken.None);
                    long failed = await FailureOf<CallDeadlineException>(call);
                    afterTimer.Add(Milliseconds(time.FiredAt, failed));
                    afterDeadline.Add(Milliseconds((await listener.Started).Timestamp, failed) - Deadline.TotalMilliseconds);
                }

                return new Dictionary<Metric, double> { [AfterTimer] = Spread.Of(afterTimer).Median, [AfterDeadline] = Spread.Of(afterDeadline).Median };
            },
        };
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "A call that hangs, at its deadline",
                Contenders = [ours],
                Ratios = [],
                Targets = [Target.AtMost(ours.Name, AfterTimer, 1)],
                Note = $"The median of {DeathsPerRound} calls in each round. The runtime's timers are late by up to a few milliseconds, which the second figure has in it. "
                    + "Python's pool has no deadline for a call that runs.",
            },
            cancellationToken);
    }

    public static async Task<ComparisonResult> LostAsync(BenchmarkContext context, PoolPeers peers, CancellationToken cancellationToken)
    {
        await using ProcessPoolExecutor executor = new(PoolPeers.Workers);
        Contender ours = new ProbeContender
        {
            Name = $"overlap processes {PoolPeers.Workers}",
            Shown = "2,000 × executor.SubmitAsync, number 1,000 kills its process",
            Probe = async _ =>
            {
                List<int> lost = [];
                for (int run = 0; run < RunsPerRound; run++)
                {
                    lost.Add(await LoseAsync(executor));
                }

                return new Dictionary<Metric, double> { [MostLost] = lost.Max(), [FewestLost] = lost.Min() };
            },
        };
        Dictionary<string, Metric> counts = new() { ["mostLost"] = MostLost, ["fewestLost"] = FewestLost };
        Contender python = peers.Python($"Python ProcessPoolExecutor {PoolPeers.Workers}", "lost", RunsPerRound, counts: counts);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "SIGKILL of one worker while 2,000 calls are queued",
                Contenders = peers.Only(ours, python),
                Ratios = [MostLost],
                Targets = [Target.AtMost(ours.Name, MostLost, 1)],
                WarmUps = 0,
                Note = $"{RunsPerRound} runs in each round. Ours are all on the same pool and every other result is checked; Python needs a new pool for each.",
            },
            cancellationToken);
    }

    private static ProbeContender Killed(string name, ProcessPoolExecutor executor, int megabytes) => new()
    {
        Name = name,
        Shown = "kill -9 of the process that runs executor.SubmitAsync(…)",
        Probe = async _ =>
        {
            List<double> milliseconds = [];
            for (int i = 0; i < DeathsPerRound; i++)
            {
                StartedCallListener listener = new();
                Task<int> call = executor.SubmitAsync(PoolFunctions.Hang, (megabytes, (IProgress<StartedCall>)listener), CancellationToken.None);
                using Process worker = Process.GetProcessById((await listener.Started).ProcessId);
                long killed = Stopwatch.GetTimestamp();
                worker.Kill();
                milliseconds.Add(Milliseconds(killed, await FailureOf<WorkerDiedException>(call)));
            }

            return new Dictionary<Metric, double> { [UntilFailed] = Spread.Of(milliseconds).Median };
        },
    };

    private static async Task<int> LoseAsync(ProcessPoolExecutor executor)
    {
        Task<int>[] calls = [.. Enumerable.Range(0, QueuedCalls).Select(number => executor.SubmitAsync(PoolFunctions.SameButOne, number))];
        int lost = 0;
        foreach ((int number, Task<int> call) in calls.Index())
        {
            try
            {
                if (await call != number)
                {
                    throw new InvalidOperationException($"call {number} gave {await call}");
                }
            }
            catch (WorkerDiedException)
            {
                lost++;
            }
        }

        return lost;
    }

    private static async Task<long> FailureOf<TException>(Task call)
        where TException : Exception
    {
        try
        {
            await call;
        }
        catch (TException)
        {
            return Stopwatch.GetTimestamp();
        }

        throw new InvalidOperationException("a call that was to fail gave a result");
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
}
