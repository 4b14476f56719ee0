using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.InteropTests.Faults;

/// <summary>The ledger itself: it must convict workers that are deliberately broken, and no other.</summary>
public sealed class LedgerTests
{
    private const string Worker = "worker";

    [Fact]
    public async Task Honest_IsAcquitted() => Assert.True((await TryAsync(static async hand =>
    {
        hand.Start();
        hand.Finish();
        await hand.StoreAsync();
        await hand.AcknowledgeAsync();
    })).IsInnocent);

    [Fact]
    public async Task AcknowledgesAndDiesBeforeItsEnd_IsConvictedOfLosing()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            await hand.AcknowledgeAsync();
            hand.Start();
        });

        Assert.Single(verdict.Lost);
        Assert.Single(verdict.Unstored);
    }

    [Fact]
    public async Task RunsTwice_IsConvictedOfIt()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            hand.Start();
            hand.Finish();
            hand.Start();
            hand.Finish();
            await hand.StoreAsync();
            await hand.AcknowledgeAsync();
        });

        Assert.Single(verdict.Unexplained);
        Assert.False(verdict.IsInnocent);
    }

    [Fact]
    public async Task RunsAgainAfterAFault_IsAcquitted()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            hand.Start();
            hand.Strike();
            hand.Start();
            hand.Finish();
            await hand.StoreAsync();
            await hand.AcknowledgeAsync();
        });

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal(1, verdict.Duplicates);
    }

    [Fact]
    public async Task RunsAThirdTimeAfterOneFault_IsConvicted()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            hand.Start();
            hand.Strike();
            hand.Start();
            hand.Finish();
            hand.Start();
            hand.Finish();
            await hand.StoreAsync();
            await hand.AcknowledgeAsync();
        });

        Assert.Single(verdict.Unexplained);
    }

    [Fact]
    public async Task StoresNothing_IsConvicted()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            hand.Start();
            hand.Finish();
            await hand.AcknowledgeAsync();
        });

        Assert.Single(verdict.Unstored);
        Assert.Empty(verdict.Lost);
    }

    [Fact]
    public async Task NeverAcknowledges_IsConvictedOfWhatIsStuck()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            hand.Start();
            hand.Finish();
            await hand.StoreAsync();
        });

        Assert.Equal(1, verdict.Stuck);
        Assert.False(verdict.IsInnocent);
    }

    private static async Task<Verdict> TryAsync(Func<Hand, Task> workAsync)
    {
        await using InMemoryBroker broker = new();
        await using InMemoryBackend backend = new();
        Ledger ledger = new();
        TaskHandle handle = await new TaskClient(broker, backend).SendAsync(new Signature("tasks.note", 1));
        ledger.Accept(handle.Id);
        IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await workAsync(new Hand(ledger, backend, consumer, Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None)), handle.Id));

        // What it still holds goes back.
        await consumer.DisposeAsync();
        return await ledger.JudgeAsync(backend, await broker.CountAsync("celery"));
    }

    private sealed class Hand(Ledger ledger, IResultBackend backend, IBrokerConsumer consumer, Delivery delivery, string id)
    {
        public void Start() => ledger.Start(Worker, id);

        public void Finish() => ledger.Finish(Worker, id);

        public void Strike() => ledger.Strike(Worker);

        public async Task StoreAsync() =>
            await backend.StoreAsync(new[] { new ResultDocument { TaskId = id, State = TaskState.Success, StateName = "SUCCESS", DoneAt = DateTimeOffset.UnixEpoch } });

        public async Task AcknowledgeAsync() =>
            await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None);
    }
}
