using Overlap.Contracts;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Faults;

/// <summary>A process pool to which bad things happen, and the stage where its calls meet the test.</summary>
internal sealed class FaultPool : IAsyncDisposable
{
    /// <summary>Only a guard against a hang.</summary>
    public static readonly TimeSpan Guard = ContractStage.Guard;

    private static readonly Lazy<bool> Warm = new(WarmUp);

    private readonly PoolAftermath _before;
    private readonly string _folder = Directory.CreateTempSubdirectory("overlap-faults-").FullName;
    private readonly List<WorkerOutputLine> _lines = [];
    private bool _hasEnded;

    public FaultPool(int maxWorkers = 4)
        : this(new ProcessPoolExecutorOptions { MaxWorkers = maxWorkers })
    {
    }

    public FaultPool(ProcessPoolExecutorOptions options)
        : this(_ => options)
    {
    }

    public FaultPool(Func<ContractStage, ProcessPoolExecutorOptions> options)
    {
        _ = Warm.Value;
        _before = new();
        Stage = new(_folder);
        ProcessPoolExecutorOptions chosen = options(Stage);
        Executor = new(chosen with { Output = chosen.Output ?? Keep });
    }

    public ContractStage Stage { get; }

    public ProcessPoolExecutor Executor { get; }

    /// <summary>What the workers printed so far.</summary>
    public WorkerOutputLine[] Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public Task<int> EchoAsync(int value) => Executor.SubmitAsync(Misdeeds.Echo, value).WaitAsync(Guard);

    public Task<int> WhereAsync() => Executor.SubmitAsync(Misdeeds.Where).WaitAsync(Guard);

    /// <summary>Starts a call that says where it is and waits.</summary>
    public async Task<HeldCall> HoldAsync(string name = "held", IExecutor? through = null)
    {
        Task<int> call = (through ?? Executor).SubmitAsync(Misdeeds.Hold, (Stage, name));
        await Stage.WaitAsync($"{name}-at");
        return new(call, int.Parse(Stage.Notes(name)[^1]));
    }

    /// <summary>What every case ends with: the next call works; after disposal no child, no zombie, no descriptor more than before.</summary>
    public async Task EndAsync(bool isUsable = true)
    {
        if (isUsable)
        {
            Assert.Equal(4711, await EchoAsync(4711));
        }

        _hasEnded = true;
        await Executor.DisposeAsync().AsTask().WaitAsync(Guard);
        AssertAllCounted(Executor.GetStatistics());
        _before.Check();
    }

    public static void AssertAllCounted(ExecutorStatistics statistics) =>
        Assert.Equal((0, 0, statistics.Submitted), (statistics.Queued, statistics.Running, statistics.Succeeded + statistics.Failed + statistics.Canceled));

    public async ValueTask DisposeAsync()
    {
        if (!_hasEnded)
        {
            // The test has failed already: what it left running must not hold up the others.
            foreach (int child in PoolAftermath.Children())
            {
                Misdeeds.Send(child, Misdeeds.Kill);
            }

            await Executor.DisposeAsync().AsTask().WaitAsync(Guard);
        }

        Directory.Delete(_folder, recursive: true);
    }

    // What the first pool of a program opens for good is not the test's.
    private static bool WarmUp()
    {
        ProcessPoolExecutor pool = new(1);
        bool isRight = pool.SubmitAsync(Misdeeds.Echo, 1).Wait(Guard);
        pool.DisposeAsync().AsTask().Wait(Guard);
        return isRight;
    }

    private void Keep(WorkerOutputLine line)
    {
        lock (_lines)
        {
            _lines.Add(line);
        }
    }
}

/// <summary>A call that has started and waits.</summary>
internal sealed record HeldCall(Task<int> Call, int ProcessId)
{
    /// <summary>The death that the call has failed with.</summary>
    public Task<WorkerDiedException> DeathAsync() => Assert.ThrowsAsync<WorkerDiedException>(() => Call.WaitAsync(FaultPool.Guard));
}
