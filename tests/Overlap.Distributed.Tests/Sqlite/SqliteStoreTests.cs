using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;

namespace Overlap.Distributed.Tests.Sqlite;

/// <summary>A file that several in one process use.</summary>
public sealed class SqliteStoreTests : IDisposable
{
    private readonly QueueFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Enter_SameFileAndClock_SharesTheConnections()
    {
        await using SqliteBroker one = new(_file.Options);
        await using SqliteBroker other = new(_file.Options with { Path = Path.Combine(Path.GetDirectoryName(_file.Path)!, ".", "queue.db") });
        await using SqliteBroker ofAnotherClock = new(_file.OfAnotherProcess(TimeProvider.System));
        Assert.Same(one.Store, other.Store);
        Assert.NotSame(one.Store, ofAnotherClock.Store);
    }

    [Fact]
    public async Task LeaveAsync_OneOfTwo_TheOtherGoesOn()
    {
        await using SqliteBroker staying = new(_file.Options);
        await using (SqliteBroker leaving = new(_file.Options))
        {
            await PublishAsync(leaving);
        }

        await PublishAsync(staying);
        Assert.Equal(2, await staying.CountAsync("celery"));
    }

    [Fact]
    public async Task LeaveAsync_TheLast_LeavesOneFile()
    {
        await using (SqliteBroker broker = new(_file.Options))
        {
            await PublishAsync(broker);
        }

        Assert.Equal(["queue.db"], Directory.EnumerateFiles(Path.GetDirectoryName(_file.Path)!).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(TimeSpan.TicksPerMillisecond, 1)]
    [InlineData(TimeSpan.TicksPerMillisecond + 1, 2)]
    public void ToFile_Time_IsNeverEarlier(long ticks, long milliseconds) =>
        Assert.Equal(milliseconds, SqliteStore.ToFile(DateTimeOffset.UnixEpoch.AddTicks(ticks)));

    private static ValueTask PublishAsync(SqliteBroker broker) =>
        broker.PublishAsync(new[] { new Publication("", "celery", new WireMessage { ContentType = "application/json" }) });
}
