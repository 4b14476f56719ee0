using Microsoft.Data.Sqlite;
using Overlap.Distributed.Client;
using Overlap.Distributed.Sqlite;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

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
        registry.Add("tasks.pay", async (int amount, TaskContext context) => await context.CompleteAsync(broker, connection =>
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"UPDATE account SET balance = balance - {amount} RETURNING balance";
            return (long)command.ExecuteScalar()!;
        }));
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
}
