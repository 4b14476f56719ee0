using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Contracts;

// What could not be handled, and what is said to all.
public abstract partial class BrokerContract
{
    /// <summary>How long a message stays with a holder who stands still.</summary>
    protected abstract TimeSpan Lease { get; }

    [Fact]
    public async Task DeadLetters_DeadLettered_IsKeptWithItsCause()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery delivery = await ReceiveOneAsync(consumer);
        DateTimeOffset before = Now;
        Assert.Equal([true], await DeadLetterAsync(consumer, delivery, "no task 'tasks.nobody'"));
        DeadLetterRecord record = Assert.Single(await broker.DeadLetters.ListAsync(10));
        Assert.Equal((Queue, MessageDefect.UnknownTask, "no task 'tasks.nobody'"), (record.Queue, record.Cause.Defect, record.Cause.Detail));
        Assert.InRange(record.At, before.AddSeconds(-1), Now.AddSeconds(1));
        Assert.Equal(delivery.Raw.ToArray(), record.Raw.ToArray());
        Assert.NotEqual(0, record.Raw.Length);
        Assert.Equal(0, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task DeadLetters_Undecodable_IsKeptAsItCame()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        byte[] raw = [0, 1, 0xff, (byte)'{'];
        await PublishRawAsync(broker, Queue, raw);
        await DeadLetterAsync(consumer, await ReceiveOneAsync(consumer), "rubbish");
        Assert.Equal(raw, Assert.Single(await broker.DeadLetters.ListAsync(10)).Raw.ToArray());
    }

    [Fact]
    public async Task DeadLetters_WithoutACause_SettlesNothing()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery delivery = await ReceiveOneAsync(consumer);
        await Assert.ThrowsAsync<ArgumentException>(() => SettleAsync(consumer, new Settlement(delivery, SettlementKind.DeadLetter)));
        Assert.Equal([true], await AcknowledgeAsync(consumer, delivery));
        Assert.Equal(0, await broker.DeadLetters.CountAsync());
    }

    [Fact]
    public async Task DeadLetters_OfALostLease_IsNotKept()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery lost = await ReceiveOneAsync(consumer);
        await LoseLeasesAsync(broker, consumer);
        await using IBrokerConsumer other = await ConsumeAsync(broker);
        await ReceiveOneAsync(other);
        Assert.Equal([false], await DeadLetterAsync(consumer, lost, "late"));
        Assert.Equal(0, await broker.DeadLetters.CountAsync());
    }

    [Fact]
    public async Task ListAsync_Several_TheOldestFirst()
    {
        await using IBroker broker = await CreateAsync();
        await DeadLetterAllAsync(broker, "1", "2", "3");
        Assert.Equal(3, await broker.DeadLetters.CountAsync());
        Assert.Equal(["1", "2", "3"], (await broker.DeadLetters.ListAsync(10)).Select(static record => record.Cause.Detail));
        Assert.Equal(["1", "2"], (await broker.DeadLetters.ListAsync(2)).Select(static record => record.Cause.Detail));
        Assert.Empty(await broker.DeadLetters.ListAsync(0));
    }

    [Fact]
    public async Task FindAsync_ById_FindsThatOne()
    {
        await using IBroker broker = await CreateAsync();
        await DeadLetterAllAsync(broker, "1", "2");
        string id = (await broker.DeadLetters.ListAsync(2))[1].Id;
        Assert.Equal("2", (await broker.DeadLetters.FindAsync(id))?.Cause.Detail);
        Assert.Null(await broker.DeadLetters.FindAsync("no-such-letter"));
    }

    [Fact]
    public async Task RequeueAsync_DeadLetter_GoesToTheEndOfItsQueue()
    {
        await using IBroker broker = await CreateAsync();
        await DeadLetterAllAsync(broker, "dead");
        await PublishAsync(broker, "alive");
        string id = Assert.Single(await broker.DeadLetters.ListAsync(10)).Id;
        Assert.True(await broker.DeadLetters.RequeueAsync(id));
        Assert.False(await broker.DeadLetters.RequeueAsync(id));
        Assert.Equal((2, 0), (await broker.CountAsync(Queue), await broker.DeadLetters.CountAsync()));
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Delivery[] deliveries = await ReceiveAsync(consumer, 2);
        Assert.Equal(["alive", "dead"], TextsOf(deliveries));
        Assert.Equal(1, deliveries[1].Attempt);
    }

    [Fact]
    public async Task RequeueAsync_WhileAReceiveWaits_WakesIt()
    {
        await using IBroker broker = await CreateAsync();
        await DeadLetterAllAsync(broker, "dead");
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Task<Delivery> receiving = ReceiveOneAsync(consumer);
        await broker.DeadLetters.RequeueAsync(Assert.Single(await broker.DeadLetters.ListAsync(10)).Id);
        Assert.Equal("dead", TextOf(await receiving));
    }

    [Fact]
    public async Task RequeueAsync_Undecodable_ComesAsItWas()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishRawAsync(broker, Queue, [1, 2, 3]);
        await DeadLetterAsync(consumer, await ReceiveOneAsync(consumer), "rubbish");
        Assert.True(await broker.DeadLetters.RequeueAsync(Assert.Single(await broker.DeadLetters.ListAsync(10)).Id));
        Assert.Equal([1, 2, 3], (await ReceiveOneAsync(consumer)).Raw.ToArray());
    }

    [Fact]
    public async Task DropAsync_DeadLetter_IsGone()
    {
        await using IBroker broker = await CreateAsync();
        await DeadLetterAllAsync(broker, "1", "2");
        string id = (await broker.DeadLetters.ListAsync(10))[0].Id;
        Assert.True(await broker.DeadLetters.DropAsync(id));
        Assert.False(await broker.DeadLetters.DropAsync(id));
        Assert.Equal("2", Assert.Single(await broker.DeadLetters.ListAsync(10)).Cause.Detail);
    }

    [Fact]
    public async Task BroadcastAsync_Listeners_AllHearIt()
    {
        await using IBroker broker = await CreateAsync();
        await using Listening one = new(broker, "celery.pidbox", "");
        await using Listening other = new(broker, "celery.pidbox", "");
        await WaitUntilListeningAsync(broker, "celery.pidbox");
        await broker.BroadcastAsync("celery.pidbox", "", Message("ping"));
        Assert.Equal(("ping", "ping"), (await one.HearAsync(), await other.HearAsync()));
    }

    [Fact]
    public async Task BroadcastAsync_NobodyListens_IsLegal()
    {
        await using IBroker broker = await CreateAsync();
        await broker.BroadcastAsync("celeryev", "worker.online", Message("hello"));
        await using Listening late = new(broker, "celeryev", "#");
        await WaitUntilListeningAsync(broker, "celeryev");
        await broker.BroadcastAsync("celeryev", "worker.heartbeat", Message("beat"));
        Assert.Equal("beat", await late.HearAsync());
    }

    [Fact]
    public async Task ListenAsync_Pattern_HearsWhatFits()
    {
        await using IBroker broker = await CreateAsync();
        await using Listening workers = new(broker, "celeryev", "worker.#");
        await using Listening all = new(broker, "celeryev", "#");
        await WaitUntilListeningAsync(broker, "celeryev");
        await broker.BroadcastAsync("celeryev", "task.sent", Message("task"));
        await broker.BroadcastAsync("celeryev", "worker.heartbeat", Message("worker"));
        Assert.Equal("worker", await workers.HearAsync());
        Assert.Equal(("task", "worker"), (await all.HearAsync(), await all.HearAsync()));
    }

    [Fact]
    public async Task ListenAsync_OtherExchange_IsNotHeard()
    {
        await using IBroker broker = await CreateAsync();
        await using Listening listening = new(broker, "mine", "");
        await WaitUntilListeningAsync(broker, "mine");
        await broker.BroadcastAsync("yours", "", Message("yours"));
        await broker.BroadcastAsync("mine", "", Message("mine"));
        Assert.Equal("mine", await listening.HearAsync());
    }

    [Fact]
    public async Task ListenAsync_Canceled_Ends()
    {
        await using IBroker broker = await CreateAsync();
        Listening listening = new(broker, "mine", "");
        Task<string> hearing = listening.HearAsync();
        await listening.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hearing);
        await listening.DisposeAsync();
    }

    protected static Task<IReadOnlyList<bool>> DeadLetterAsync(IBrokerConsumer consumer, Delivery delivery, string detail) => SettleAsync(
        consumer,
        new Settlement(delivery, SettlementKind.DeadLetter) { Cause = new DeadLetterCause(MessageDefect.UnknownTask, detail) });

    private static async Task DeadLetterAllAsync(IBroker broker, params string[] texts)
    {
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        foreach (string text in texts)
        {
            await PublishAsync(broker, text);
            await DeadLetterAsync(consumer, await ReceiveOneAsync(consumer), text);
        }
    }

    /// <summary>One who listens from now on.</summary>
    private sealed class Listening : IAsyncDisposable
    {
        private readonly CancellationTokenSource _cancel = new();
        private readonly IAsyncEnumerator<WireMessage> _messages;
        private Task<bool> _next;

        public Listening(IBroker broker, string exchange, string pattern)
        {
            _messages = broker.ListenAsync(exchange, pattern, _cancel.Token).GetAsyncEnumerator(CancellationToken.None);
            _next = _messages.MoveNextAsync().AsTask();
        }

        public async Task<string> HearAsync()
        {
            Assert.True(await _next.WaitAsync(Guard));
            string text = System.Text.Encoding.UTF8.GetString(_messages.Current.Body.Span);
            _next = _messages.MoveNextAsync().AsTask();
            return text;
        }

        public Task CancelAsync() => _cancel.CancelAsync();

        public async ValueTask DisposeAsync()
        {
            await _cancel.CancelAsync();
            await _next.WaitAsync(Guard).ContinueWith(static _ => { }, TaskScheduler.Default);
            await _messages.DisposeAsync();
            _cancel.Dispose();
        }
    }
}
