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
    public async Task Honest_IsAcquitted() => Assert.True((await TryAsync(static hand => hand.RunAsync())).IsInnocent);

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

    // As one does that pops a message and writes down afterwards that it has it: who dies in between has told nobody.
    [Fact]
    public async Task PopsAndDiesBeforeItIsWrittenDown_IsConvictedOfLosing()
    {
        Verdict verdict = await TryAsync(static async hand => await hand.AcknowledgeAsync());

        Assert.Single(verdict.Lost);
        Assert.Equal(0, verdict.Stuck);
    }

    [Fact]
    public async Task CannotReadAndDrops_IsConvictedOfLosing()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            try
            {
                hand.Decode();
                hand.Run();
                await hand.StoreAsync();
            }
            catch (MessageFormatException)
            {
                // Celery's way: acknowledged, and nobody told.
            }

            await hand.AcknowledgeAsync();
        });

        Assert.Single(verdict.Lost);
        Assert.Single(verdict.Unstored);
    }

    [Fact]
    public async Task StoresAnotherEnd_IsConvicted()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            hand.Run();
            await hand.StoreAsync(TaskState.Failure);
            await hand.AcknowledgeAsync();
        });

        Assert.Single(verdict.Unstored);
    }

    [Fact]
    public async Task WhatFollowsRunsAsOftenAsWhatItFollows_IsAcquitted() => Assert.True((await FollowAsync(timesOfFirst: 2, timesOfSecond: 2)).IsInnocent);

    [Fact]
    public async Task WhatFollowsRunsMoreOftenThanWhatItFollows_IsConvicted() => Assert.Single((await FollowAsync(timesOfFirst: 1, timesOfSecond: 2)).Unexplained);

    [Fact]
    public async Task SentAgainForNobodyKnew_MayRunOnceMore()
    {
        Verdict once = await TryAsync(static hand => hand.RunAsync(times: 2, doubts: 1));
        Verdict twice = await TryAsync(static hand => hand.RunAsync(times: 3, doubts: 1));

        Assert.True(once.IsInnocent, $"{once}");
        Assert.Single(twice.Unexplained);
    }

    // A fault explains what had begun on its worker, and nothing that begins there afterwards.
    [Fact]
    public async Task RunsTwiceAfterAFault_IsConvicted()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            hand.Strike();
            await hand.RunAsync(times: 2);
        });

        Assert.Single(verdict.Unexplained);
    }

    // Held by a worker whose lease runs out while the broker stands still: who held it and who gets it next both begin afterwards.
    [Fact]
    public async Task BrokerStruckWhileHeldAndNotBegun_MayRunOnceMore()
    {
        Verdict twice = await TryAsync(static async hand =>
        {
            hand.StrikeBroker();
            await hand.RunAsync(times: 2, doubts: 0);
        });
        Verdict thrice = await TryAsync(static async hand =>
        {
            hand.StrikeBroker();
            await hand.RunAsync(times: 3, doubts: 0);
        });

        Assert.True(twice.IsInnocent, $"{twice}");
        Assert.Single(thrice.Unexplained);
    }

    [Fact]
    public async Task BrokerStruckAfterItHadBegun_RunsAThirdTime_IsConvicted()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            hand.Start();
            hand.StrikeBroker();
            await hand.RunAsync(times: 2, doubts: 0);
        });

        Assert.Single(verdict.Unexplained);
    }

    [Fact]
    public async Task RunsTwice_IsConvictedOfIt()
    {
        Verdict verdict = await TryAsync(static hand => hand.RunAsync(times: 2));

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
            await hand.RunAsync();
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
            await hand.RunAsync(times: 2);
        });

        Assert.Single(verdict.Unexplained);
    }

    [Fact]
    public async Task StoresNothing_IsConvicted()
    {
        Verdict verdict = await TryAsync(static async hand =>
        {
            hand.Run();
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
            hand.Run();
            await hand.StoreAsync();
        });

        Assert.Equal(1, verdict.Stuck);
        Assert.False(verdict.IsInnocent);
    }

    private static async Task<Verdict> FollowAsync(int timesOfFirst, int timesOfSecond)
    {
        await using InMemoryBackend backend = new();
        Ledger ledger = new();
        ledger.Follow("second", "first");
        foreach ((string id, int times) in new[] { ("first", timesOfFirst), ("second", timesOfSecond) })
        {
            ledger.Accept(id);
            await new Hand(ledger, backend, consumer: null, delivery: null, id).RunAsync(times);
            if (id == "first" && times > 1)
            {
                ledger.Strike(Worker);
            }
        }

        return await ledger.JudgeAsync(backend, left: 0);
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

    private sealed class Hand(Ledger ledger, IResultBackend backend, IBrokerConsumer? consumer, Delivery? delivery, string id)
    {
        /// <summary>Runs, stores and acknowledges, as one should.</summary>
        public async Task RunAsync(int times = 1, int doubts = 0)
        {
            for (int doubt = 0; doubt < doubts; doubt++)
            {
                ledger.Doubt(id);
            }

            for (int time = 0; time < times; time++)
            {
                Run();
            }

            await StoreAsync();
            if (consumer is not null)
            {
                await AcknowledgeAsync();
            }
        }

        // To this worker the message is garbage.
        public void Decode() => throw new MessageFormatException(MessageDefect.Malformed, $"{id} is no task to me.");

        public void Start() => ledger.Start(Worker, id);

        public void Run()
        {
            Start();
            ledger.Finish(Worker, id);
        }

        public void Strike() => ledger.Strike(Worker);

        public void StrikeBroker() => ledger.StrikeBroker(new HashSet<string> { id }, ledger.Runs);

        public async Task StoreAsync(TaskState state = TaskState.Success) =>
            await backend.StoreAsync(new[] { new ResultDocument { TaskId = id, State = state, StateName = $"{state}".ToUpperInvariant(), DoneAt = DateTimeOffset.UnixEpoch } });

        public async Task AcknowledgeAsync() =>
            await consumer!.SettleAsync(new[] { new Settlement(delivery!, SettlementKind.Acknowledge) }, CancellationToken.None);
    }
}
