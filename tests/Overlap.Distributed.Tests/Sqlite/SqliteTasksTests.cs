using Microsoft.Data.Sqlite;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Sqlite;

/// <summary>A worker over a queue in a file.</summary>
public sealed class SqliteTasksTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly QueueFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task CompleteAsync_WithinATask_WritesResultAndAcknowledgementTogether()
    {
        _file.Execute("CREATE TABLE account (balance INTEGER NOT NULL); INSERT INTO account VALUES (12)");
        await using SqliteBroker broker = new(_file.Options);
        await using SqliteBackend backend = new(_file.Options);
        TaskRegistry registry = new();
        // snippet
        registry.Add("tasks.pay", async (int amount, TaskContext context) => await context.CompleteAsync(broker, connection =>
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "UPDATE account SET balance = balance - $amount RETURNING balance";
            command.Parameters.AddWithValue("$amount", amount);
            return (long)command.ExecuteScalar()!;
        }));
        // end snippet
        WorkerHost worker = new(broker, registry, backend);
        await worker.StartAsync();

        TaskHandle<long> handle = await new TaskClient(broker, backend).SendAsync<long>(new Signature("tasks.pay", 5));
        long balance = await handle.GetAsync().AsTask().WaitAsync(Patience);
        await worker.StopAsync().WaitAsync(Patience);

        Assert.Equal(7, balance);
        Assert.Equal((7L, 0L), (_file.Query<long>("SELECT balance FROM account"), _file.Query<long>("SELECT count(*) FROM overlap_message")));
        Assert.Equal(1, worker.GetStatistics().Succeeded);
    }

    [Fact]
    public async Task CompleteAsync_WriteThrows_NothingIsWrittenAndTheCallFails()
    {
        await using PayBench bench = new(_file);
        bench.Add(async context => await context.CompleteAsync<long>(bench.Broker, connection =>
        {
            Pay(connection);
            throw new InvalidOperationException("no money");
        }));

        ResultDocument end = await bench.RunAsync();
        await bench.StopAsync();

        Assert.Equal((TaskState.Failure, "InvalidOperationException", "no money"), (end.State, end.Error!.Type, end.Error.Message));
        Assert.Equal((0L, 0L), (Paid, Messages));
    }

    [Fact]
    public async Task CompleteAsync_ResultHasNoForm_NothingIsWrittenAndTheCallFails()
    {
        await using PayBench bench = new(_file);
        bench.Add(async context => await context.CompleteAsync(bench.Broker, static connection =>
        {
            Pay(connection);
            return double.NaN;
        }));

        Assert.Equal(TaskState.Failure, (await bench.RunAsync()).State);
        Assert.Equal(0L, Paid);
    }

    [Fact]
    public async Task CompleteAsync_Twice_TheSecondWritesNothingAndTheFirstStands()
    {
        await using PayBench bench = new(_file);
        bench.Add(async context =>
        {
            long first = await context.CompleteAsync(bench.Broker, Pay);
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.CompleteAsync(bench.Broker, Pay).AsTask());
            return first + 1;
        });

        ResultDocument end = await bench.RunAsync();
        await bench.StopAsync();

        Assert.Equal((WireValue)1L, end.Result);
        Assert.Equal((1L, 0L), (Paid, Messages));
        Assert.Equal((WireValue)1L, (await bench.Backend.ReadAsync(end.TaskId))!.Result);
    }

    [Fact]
    public async Task CompleteAsync_ThrowsAfterwards_HasSucceededAllTheSame()
    {
        // The failure was stored over the success.
        await using PayBench bench = new(_file);
        bench.Add(async context =>
        {
            await context.CompleteAsync(bench.Broker, Pay);
            throw new InvalidOperationException("too late");
        });

        ResultDocument end = await bench.RunAsync();
        await bench.StopAsync();

        Assert.Equal(TaskState.Success, (await bench.Backend.ReadAsync(end.TaskId))!.State);
        Assert.Equal((1, 0), (bench.Statistics.Succeeded, bench.Statistics.Failed));
    }

    [Fact]
    public async Task CompleteAsync_AsksForAnotherTryAfterwards_IsNotTriedAgain()
    {
        // It was: and paid twice.
        await using PayBench bench = new(_file);
        bench.Add(async context =>
        {
            await context.CompleteAsync(bench.Broker, Pay);
            throw context.Retry(TimeSpan.Zero);
        });

        ResultDocument end = await bench.RunAsync();
        await bench.StopAsync();

        Assert.Equal(TaskState.Success, (await bench.Backend.ReadAsync(end.TaskId))!.State);
        Assert.Equal((1L, 0L), (Paid, Messages));
    }

    [Fact]
    public async Task CompleteAsync_HardLimitPassesAfterwards_HasSucceededAllTheSame()
    {
        await using PayBench bench = new(_file);
        TestSignal completed = new("completed");
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Add(
            async context =>
            {
                await context.CompleteAsync(bench.Broker, Pay);
                completed.Signal();
                await end.Task;
                return 0L;
            },
            new TaskOptions { HardLimit = TimeSpan.FromSeconds(5) });
        TaskHandle handle = await bench.StartAsync();
        await completed.WaitAsync();

        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        end.SetResult();
        await bench.StopAsync();

        Assert.Equal(TaskState.Success, await handle.GetStateAsync());
        Assert.Equal((1, 0), (bench.Statistics.Succeeded, bench.Statistics.Failed));
    }

    [Fact]
    public async Task CompleteAsync_ChainGoesOn_TheNextStepIsThereInTheSameStep()
    {
        await using PayBench bench = new(_file);
        long sent = -1;
        bench.Add(async context =>
        {
            long paid = await context.CompleteAsync(bench.Broker, Pay);
            sent = Messages;
            return paid;
        });
        Signature next = new("tasks.next") { Options = new CallOptions { Queue = "next", TaskId = "next-1" } };

        ResultDocument end = await bench.RunAsync(new CallOptions { Chain = [SignatureCodec.Write(next)] });
        await bench.StopAsync();

        // Its own is gone, and of the next there is one, also after the worker has settled.
        Assert.Equal((1L, 1L), (sent, Messages));
        Assert.Contains("next-1", $"{end.Children}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task CompleteAsync_AcknowledgedEarly_WritesNothing()
    {
        await using PayBench bench = new(_file);
        bench.Add(async context => await context.CompleteAsync(bench.Broker, Pay), new TaskOptions { AcknowledgesEarly = true });

        Assert.Equal("InvalidOperationException", (await bench.RunAsync()).Error!.Type);
        Assert.Equal(0L, Paid);
    }

    [Fact]
    public async Task RunAsync_ManyCallsInAFile_AllEnd()
    {
        await using SqliteBroker broker = new(_file.Options);
        await using SqliteBackend backend = new(_file.Options);
        TaskClient client = new(broker, backend);
        TaskRegistry registry = new TaskRegistry()
            .Add("tasks.add", (int a, int b) => a + b)
            .Add("tasks.flaky", (TaskContext context) => context.Retries < 2 ? throw context.Retry(TimeSpan.Zero) : context.Attempt);
        await using WorkerHost worker = new(broker, registry, backend);
        await worker.StartAsync();

        IReadOnlyList<TaskHandle> handles = await client.SendManyAsync(Enumerable.Range(0, 300).Select(static number => new Signature("tasks.add", number, 1)));
        TaskHandle<int> flaky = await client.SendAsync<int>(new Signature("tasks.flaky"));
        int[] results = await Task.WhenAll(handles.Select(handle => client.GetHandle<int>(handle.Id).GetAsync().AsTask())).WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(1, 300), results);
        Assert.Equal(3, await flaky.GetAsync().AsTask().WaitAsync(Patience));
    }

    private long Paid => _file.Query<long>("SELECT count(*) FROM payment");

    private long Messages => _file.Query<long>("SELECT count(*) FROM overlap_message");

    private static long Pay(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO payment VALUES (7)";
        return command.ExecuteNonQuery();
    }

    /// <summary>A worker over a queue in a file, with one task that pays, on a clock that stands still.</summary>
    private sealed class PayBench : IAsyncDisposable
    {
        private readonly TaskRegistry _registry = new();
        private readonly WorkerHost _worker;

        public PayBench(QueueFile file)
        {
            file.Execute("CREATE TABLE payment (amount INTEGER NOT NULL)");
            SqliteOptions options = file.Options with { TimeProvider = Clock };
            Broker = new SqliteBroker(options);
            Backend = new SqliteBackend(options);
            _worker = new WorkerHost(Broker, _registry, Backend, new WorkerOptions { TimeProvider = Clock });
        }

        public VirtualTimeProvider Clock { get; } = new();

        public SqliteBroker Broker { get; }

        public SqliteBackend Backend { get; }

        public WorkerStatistics Statistics => _worker.GetStatistics();

        public void Add<T>(Func<TaskContext, Task<T>> pay, TaskOptions? options = null) => _registry.Add("tasks.pay", pay, options);

        public void Add(Func<TaskContext, Task> pay, TaskOptions? options = null) => _registry.Add("tasks.pay", pay, options);

        public async Task<TaskHandle> StartAsync(CallOptions? options = null)
        {
            await _worker.StartAsync();
            TaskClient client = new(Broker, Backend, new TaskClientOptions { TimeProvider = Clock });
            return await client.SendAsync(new Signature("tasks.pay") { Options = options ?? new CallOptions() });
        }

        public async Task<ResultDocument> RunAsync(CallOptions? options = null) =>
            await (await StartAsync(options)).WaitAsync().AsTask().WaitAsync(Patience);

        public Task StopAsync() => _worker.StopAsync().WaitAsync(Patience);

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            await Backend.DisposeAsync();
            await Broker.DisposeAsync();
        }
    }
}
