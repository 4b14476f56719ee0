using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;

namespace Overlap.Distributed.Tests.Sqlite;

/// <summary>A file that cannot be used: one clear line, and the right word on whether trying again may help.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly QueueFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task PublishAsync_FileLocked_IsTransientAndGoesOnLater()
    {
        await using SqliteBroker broker = new(_file.Options with { BusyTimeout = TimeSpan.FromMilliseconds(20) });
        await PublishAsync(broker);
        using (SqliteConnection other = _file.Open())
        using (SqliteTransaction transaction = other.BeginTransaction(deferred: false))
        {
            BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => PublishAsync(broker));
            Assert.True(refusal.IsTransient);
            Assert.Contains("is locked by another program", refusal.Message, StringComparison.Ordinal);
        }

        await PublishAsync(broker);
        Assert.Equal(2, await broker.CountAsync("celery"));
    }

    [Fact]
    public async Task PublishAsync_DiskFull_IsTransientAndGoesOnLater()
    {
        await using SqliteBroker broker = new(_file.Options);
        await PublishAsync(broker);
        await LimitPagesAsync(broker, (int)_file.Query<long>("PRAGMA page_count") + 2);
        BrokerException refusal = await Assert.ThrowsAnyAsync<BrokerException>(() => PublishAsync(broker, 1024 * 1024));
        Assert.True(refusal.IsTransient);
        Assert.Contains("the disk is full", refusal.Message, StringComparison.Ordinal);
        await LimitPagesAsync(broker, 1_000_000);
        await PublishAsync(broker, 1024 * 1024);
        Assert.Equal(2, await broker.CountAsync("celery"));
    }

    [Fact]
    public async Task PublishAsync_OneOfManyDoesNotFit_FailsThatOneOnly()
    {
        await using SqliteBroker broker = new(_file.Options);
        await PublishAsync(broker);
        await LimitPagesAsync(broker, (int)_file.Query<long>("PRAGMA page_count") + 40);
        Task<bool>[] publishing = [.. Enumerable.Range(0, 20).Select(number => TryPublishAsync(broker, number == 10 ? 1024 * 1024 : 10))];
        bool[] published = await Task.WhenAll(publishing);
        Assert.Equal(Enumerable.Range(0, 20).Select(static number => number != 10), published);
        Assert.Equal(20, await broker.CountAsync("celery"));
    }

    [Fact]
    public async Task PublishAsync_FileReadOnly_IsNotTransient()
    {
        await using SqliteBroker broker = new(_file.Options);
        await PublishAsync(broker);
        await broker.Store.ReadInTurnAsync(static session => session.Execute("PRAGMA query_only=1"));
        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => PublishAsync(broker));
        Assert.False(refusal.IsTransient);
        Assert.Contains("is read-only", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishAsync_FolderMissing_IsNotTransient()
    {
        await using SqliteBroker broker = new(_file.Options with { Path = Path.Combine(Path.GetDirectoryName(_file.Path)!, "none", "queue.db") });
        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => PublishAsync(broker));
        Assert.False(refusal.IsTransient);
        Assert.Contains("its folder is missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishAsync_NoDatabase_IsNotTransientAndLeavesTheFile()
    {
        string text = new('x', 5000);
        await File.WriteAllTextAsync(_file.Path, text);
        await using SqliteBroker broker = new(_file.Options);
        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => PublishAsync(broker));
        Assert.False(refusal.IsTransient);
        Assert.Contains("is no SQLite file", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(_file.Path));
    }

    [Fact]
    public async Task PublishAsync_FileDamaged_IsNotTransient()
    {
        await using (SqliteBroker whole = new(_file.Options))
        {
            await PublishAsync(whole, 100_000);
        }

        byte[] bytes = await File.ReadAllBytesAsync(_file.Path);
        bytes.AsSpan(4096).Fill(0xff);
        await File.WriteAllBytesAsync(_file.Path, bytes);
        await using SqliteBroker broker = new(_file.Options);
        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => PublishAsync(broker));
        Assert.False(refusal.IsTransient);
        Assert.Contains("is damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishAsync_FileOfANewerVersion_IsNotTransient()
    {
        await using (SqliteBroker old = new(_file.Options))
        {
            await PublishAsync(old);
        }

        _file.Execute("UPDATE overlap_schema SET version=2");
        await using SqliteBroker broker = new(_file.Options);
        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => PublishAsync(broker));
        Assert.False(refusal.IsTransient);
        Assert.Contains("made by a newer version", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishAsync_FileWithTablesOfItsOwn_LiesBesideThem()
    {
        _file.Execute("CREATE TABLE customer (name TEXT); INSERT INTO customer VALUES ('one'); PRAGMA user_version=7");
        await using SqliteBroker broker = new(_file.Options);
        await PublishAsync(broker);
        Assert.Equal(("one", 7L), (_file.Query<string>("SELECT name FROM customer"), _file.Query<long>("PRAGMA user_version")));
    }

    [Fact]
    public async Task ReceiveAsync_FileLocked_SaysSoAndGoesOnLater()
    {
        await using SqliteBroker broker = new(_file.Options with { BusyTimeout = TimeSpan.FromMilliseconds(20) });
        await PublishAsync(broker);
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        using (SqliteConnection other = _file.Open())
        using (SqliteTransaction transaction = other.BeginTransaction(deferred: false))
        {
            Assert.True((await Assert.ThrowsAsync<BrokerException>(() => consumer.ReceiveAsync(1, CancellationToken.None).AsTask())).IsTransient);
        }

        Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None));
    }

    [Fact]
    public async Task SettleAsync_FileLocked_CanBeSettledLater()
    {
        await using SqliteBroker broker = new(_file.Options with { BusyTimeout = TimeSpan.FromMilliseconds(20) });
        await PublishAsync(broker);
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Settlement[] settlements = [new((await consumer.ReceiveAsync(1, CancellationToken.None))[0], SettlementKind.Acknowledge)];
        using (SqliteConnection other = _file.Open())
        using (SqliteTransaction transaction = other.BeginTransaction(deferred: false))
        {
            await Assert.ThrowsAsync<BrokerException>(() => consumer.SettleAsync(settlements, CancellationToken.None).AsTask());
        }

        Assert.Equal([true], await consumer.SettleAsync(settlements, CancellationToken.None));
    }

    [Fact]
    public async Task PublishAsync_SynchronousSetting_IsFullForMessagesAndNormalForClaims()
    {
        await using SqliteBroker broker = new(_file.Options);
        Assert.Equal(2, await broker.Store.WriteAsync(isDurable: true, static (session, _) => session.ReadNumber("PRAGMA synchronous")));
        Assert.Equal(1, await broker.Store.WriteAsync(isDurable: false, static (session, _) => session.ReadNumber("PRAGMA synchronous")));
    }

    private static async Task LimitPagesAsync(SqliteBroker broker, int pages) => await broker.Store.ReadInTurnAsync(
        session => session.ReadNumber(FormattableString.Invariant($"PRAGMA max_page_count={pages}")));

    private static async Task<bool> TryPublishAsync(SqliteBroker broker, int size)
    {
        try
        {
            await PublishAsync(broker, size);
            return true;
        }
        catch (BrokerException)
        {
            return false;
        }
    }

    private static Task PublishAsync(SqliteBroker broker, int size = 10) => broker.PublishAsync(
        new[] { new Publication("", "celery", new WireMessage { ContentType = "application/json", Body = new byte[size] }) }).AsTask();
}
