using Overlap.Executors;
using Overlap.Testing;

namespace Overlap.Tests.Executors;

/// <summary>The number of workers is changed while calls run.</summary>
public sealed class WorkerLimitTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Executors => ["threads", "async"];

    [Theory]
    [MemberData(nameof(Executors))]
    public async Task WorkerLimit_Raised_StartsWhatWaits(string model)
    {
        await using Stage stage = new(model, maxWorkers: 4);
        stage.Limit = 1;
        Task[] calls = stage.Submit(6);
        await stage.Started.WaitForCountAsync(1);
        Assert.Equal((1, 5), (stage.Statistics.Running, stage.Statistics.Queued));

        stage.Limit = 3;
        await stage.Started.WaitForCountAsync(3);

        Assert.Equal((3, 3), (stage.Statistics.Running, stage.Statistics.Queued));
        Assert.Equal(3, stage.Statistics.WorkerLimit);
        stage.Release.SetResult();
        await Task.WhenAll(calls).WaitAsync(Guard);
        Assert.Equal(3, stage.MostAtOnce);
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public async Task WorkerLimit_Lowered_NothingStartsUntilEnoughHaveEnded(string model)
    {
        await using Stage stage = new(model, maxWorkers: 4);
        Task[] first = stage.Submit(4);
        await stage.Started.WaitForCountAsync(4);
        stage.Limit = 2;
        Task[] second = stage.Submit(20);
        Assert.Equal((4, 20), (stage.Statistics.Running, stage.Statistics.Queued));

        stage.ForgetMost();
        stage.Release.SetResult();
        await Task.WhenAll([.. first, .. second]).WaitAsync(Guard);

        Assert.InRange(stage.MostAtOnce, 1, 2);
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public async Task WorkerLimit_LoweredThenDisposed_DrainsAll(string model)
    {
        Stage stage = new(model, maxWorkers: 4);
        Task[] calls = stage.Submit(4);
        await stage.Started.WaitForCountAsync(4);
        stage.Limit = 1;
        Task[] queued = stage.Submit(8);
        ValueTask disposal = stage.DisposeAsync();
        stage.Release.SetResult();
        await disposal.AsTask().WaitAsync(Guard);
        await Task.WhenAll([.. calls, .. queued]);
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public async Task WorkerLimit_BeyondTheBounds_IsRefused(string model)
    {
        await using Stage stage = new(model, maxWorkers: 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => stage.Limit = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => stage.Limit = 5);
        Assert.Equal(4, stage.Limit);
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public async Task WorkerLimit_ChangedAllTheTime_EveryCallEndsOnce(string model)
    {
        await using Stage stage = new(model, maxWorkers: 5);
        stage.Release.SetResult();
        Random random = new(17);
        List<Task> calls = [];
        for (int i = 0; i < 400; i++)
        {
            calls.AddRange(stage.Submit(10));
            stage.Limit = random.Next(1, 6);
        }

        await Task.WhenAll(calls).WaitAsync(Guard);
        ExecutorStatistics statistics = stage.Statistics;
        Assert.Equal((4_000, 4_000, 0), (statistics.Submitted, statistics.Succeeded, statistics.Queued + statistics.Running));
    }

    private sealed class Stage : IAsyncDisposable
    {
        private readonly ThreadPoolExecutor? _threads;
        private readonly AsyncExecutor? _async;
        private readonly Lock _gate = new();
        private int _running;
        private int _generation;

        public Stage(string model, int maxWorkers)
        {
            if (model == "threads")
            {
                _threads = new ThreadPoolExecutor(maxWorkers);
            }
            else
            {
                _async = new AsyncExecutor(maxWorkers);
            }
        }

        public TestSignal Started { get; } = new("call started");

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int MostAtOnce { get; private set; }

        public int Limit
        {
            get => _threads?.WorkerLimit ?? _async!.WorkerLimit;
            set
            {
                if (_threads is not null)
                {
                    _threads.WorkerLimit = value;
                }
                else
                {
                    _async!.WorkerLimit = value;
                }
            }
        }

        public ExecutorStatistics Statistics => Executor.GetStatistics();

        private IExecutor Executor => _threads is not null ? _threads : _async!;

        public Task[] Submit(int calls) => [.. Enumerable.Range(0, calls).Select(_ => Executor.SubmitAsync(RunAsync))];

        // Of what runs already nothing is counted any more.
        public void ForgetMost()
        {
            using Lock.Scope held = _gate.EnterScope();
            (MostAtOnce, _running) = (0, 0);
            _generation++;
        }

        public ValueTask DisposeAsync() => Executor.DisposeAsync();

        private async Task RunAsync()
        {
            int generation = Begin();
            Started.Signal();
            await Release.Task;
            End(generation);
        }

        private int Begin()
        {
            using Lock.Scope held = _gate.EnterScope();
            MostAtOnce = Math.Max(MostAtOnce, ++_running);
            return _generation;
        }

        private void End(int generation)
        {
            using Lock.Scope held = _gate.EnterScope();
            _running -= generation == _generation ? 1 : 0;
        }
    }
}
