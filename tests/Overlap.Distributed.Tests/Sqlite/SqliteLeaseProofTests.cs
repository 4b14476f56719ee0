using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Sqlite;
using Overlap.Distributed.Tests.Brokers;

namespace Overlap.Distributed.Tests.Sqlite;

public sealed class SqliteLeaseProofTests : LeaseProofContract, IDisposable
{
    private readonly QueueFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task ProveAsync_ConsumerDisposed_Throws()
    {
        await using IBroker broker = await OpenAsync();
        IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await consumer.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => ((SqliteConsumer)consumer).ProveAsync().AsTask());
    }

    protected override ValueTask<IBroker> OpenAsync() => new(new SqliteBroker(_file.OfAnotherProcess(Clock) with { Lease = Lease }));

    protected override IResultBackend OpenBackend() => new SqliteBackend(_file.OfAnotherProcess(Clock));

    protected override void StandStill(IBrokerConsumer consumer, bool isStill) => ((SqliteConsumer)consumer).StandsStill = isStill;
}
