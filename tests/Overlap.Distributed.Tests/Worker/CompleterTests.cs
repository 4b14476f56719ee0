using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>What the completer asks of a broker's lease before it lets anything out.</summary>
public sealed class CompleterTests : IAsyncDisposable
{
    private readonly VirtualTimeProvider _clock = new();
    private readonly InMemoryBroker _broker = new();
    private readonly InMemoryBackend _backend = new();
    private readonly TakeWindow _window = new(1, TimeSpan.Zero, maxAhead: 0);
    private readonly WorkerFigures _figures = new();

    public async ValueTask DisposeAsync()
    {
        _window.Dispose();
        await _broker.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [Fact]
    public async Task RunAsync_LeaseIsCertain_IsNotAskedFor()
    {
        Proof proof = new() { IsCertain = true };

        await CompleteAsync(proof);

        Assert.Equal(0, proof.Asked);
        Assert.Equal((TaskState.Success, 1), await OutcomeAsync());
    }

    [Fact]
    public async Task RunAsync_LeaseIsUncertainAndHolds_StoresAndSends()
    {
        Proof proof = new();

        await CompleteAsync(proof);

        Assert.Equal(1, proof.Asked);
        Assert.Equal((TaskState.Success, 1), await OutcomeAsync());
    }

    [Fact]
    public async Task RunAsync_LeaseIsUncertainAndLost_StoresAndSendsNothing()
    {
        Proof proof = new() { IsLost = true };

        await CompleteAsync(proof);

        Assert.Equal(1, proof.Asked);
        Assert.Equal((null, 0), await OutcomeAsync());
    }

    [Fact]
    public async Task RunAsync_LeaseIsKnownToBeLost_IsNotAskedFor()
    {
        Proof proof = new() { IsLost = true };
        proof.Lose();

        await CompleteAsync(proof);

        Assert.Equal(0, proof.Asked);
        Assert.Equal((null, 0), await OutcomeAsync());
    }

    [Fact]
    public async Task RunAsync_BrokerCannotTell_AsksUntilItCan()
    {
        TestSignal failed = new("failed");
        Proof proof = new() { Failing = failed };
        Task completing = CompleteAsync(proof);
        await failed.WaitAsync();
        Assert.Equal((null, 0), await OutcomeAsync());

        while (!completing.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        await completing;
        Assert.Equal(2, proof.Asked);
        Assert.Equal((TaskState.Success, 1), await OutcomeAsync());
    }

    [Fact]
    public async Task RunAsync_BackendRefusesOneForGood_OthersAreStoredAndThatOneStaysHeld()
    {
        // It was tried for ever, and nothing behind it was stored or settled.
        SulkingBackend sulking = new(_backend) { Refused = "id-1" };
        LogBook book = new(LogLevel.Error);
        IBrokerConsumer consumer = await ConsumeAsync(count: 2);
        Delivery[] deliveries = [.. await consumer.ReceiveAsync(2, CancellationToken.None)];
        using Completer completer = new(_broker, consumer, sulking, _figures, _window, _clock, book.CreateLogger("worker"));
        Task running = completer.RunAsync();
        _window.Take(2);
        Task<bool>[] done = [Complete(completer, deliveries[0], "id-1"), Complete(completer, deliveries[1], "id-2")];

        Assert.True(await done[1].WaitAsync(WorkerBench.Patience));
        await sulking.Refusals.WaitForCountAsync(1);

        Assert.NotNull(await _backend.ReadAsync("id-2"));
        Assert.False(done[0].IsCompleted);

        sulking.Refused = null;
        while (!done[0].IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.True(await done[0]);
        Assert.NotNull(await _backend.ReadAsync("id-1"));

        // Who waits for one is told before the places of its batch are free.
        completer.End();
        await running.WaitAsync(WorkerBench.Patience);
        Assert.Equal((0, 1), (_window.Held, book.Entries.Count(static entry => entry.Number == 14024)));
    }

    [Fact]
    public async Task RunAsync_BackendRefusesForGoodAndTheWorkerEnds_MessageGoesBack()
    {
        SulkingBackend sulking = new(_backend) { Refused = "id-1" };
        IBrokerConsumer consumer = await ConsumeAsync(count: 1);
        Delivery delivery = Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None));
        using Completer completer = new(_broker, consumer, sulking, _figures, _window, _clock, NullLogger.Instance);
        Task running = completer.RunAsync();
        _window.Take(1);
        Task<bool> done = Complete(completer, delivery, "id-1");
        await sulking.Refusals.WaitForCountAsync(1);

        completer.End();
        await running.WaitAsync(WorkerBench.Patience);
        await consumer.DisposeAsync();

        Assert.False(done.IsCompleted);
        Assert.Equal((1L, 1), (await _broker.CountAsync("celery"), _window.Held));
    }

    private static Task<bool> Complete(Completer completer, Delivery delivery, string id)
    {
        TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ResultDocument document = new() { TaskId = id, State = TaskState.Success, StateName = "SUCCESS", Result = 1 };
        completer.Add(new Completion(delivery, document, new Settlement(delivery, SettlementKind.Acknowledge), Done: done));
        return done.Task;
    }

    private static Publication To(string queue) =>
        new("", queue, new WireMessage { ContentType = "application/json", ContentEncoding = "utf-8", Body = "[[], {}, {}]"u8.ToArray() });

    private async Task<IBrokerConsumer> ConsumeAsync(int count)
    {
        await _broker.PublishAsync(Enumerable.Repeat(To("celery"), count).ToArray());
        return await _broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
    }

    private async Task CompleteAsync(Proof proof)
    {
        IBrokerConsumer consumer = await _broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        using Completer completer = new(_broker, consumer, _backend, _figures, _window, _clock, NullLogger.Instance);
        Task running = completer.RunAsync();
        Delivery delivery = new() { Tag = "tag", Queue = "celery", State = proof, LeaseLost = proof.LeaseLost };
        ResultDocument document = new() { TaskId = "id-1", State = TaskState.Success, StateName = "SUCCESS", Result = 1 };
        completer.Add(new Completion(delivery, document, null) { Sequel = [To("next")] });
        completer.End();
        await running.WaitAsync(WorkerBench.Patience);
    }

    private async Task<(TaskState? Stored, long Sent)> OutcomeAsync() => ((await _backend.ReadAsync("id-1"))?.State, await _broker.CountAsync("next"));

    /// <summary>A backend that refuses the result of one call for good, each time anew.</summary>
    private sealed class SulkingBackend(IResultBackend inner) : IResultBackend
    {
        private volatile string? _refused;

        public string? Refused
        {
            get => _refused;
            set => _refused = value;
        }

        /// <summary>Told of each time that it was refused alone.</summary>
        public TestSignal Refusals { get; } = new("refusals");

        public string Address => inner.Address;

        public ValueTask<IReadOnlyList<bool>> StoreAsync(ReadOnlyMemory<ResultDocument> documents, CancellationToken cancellationToken = default)
        {
            if (Refused is null || !documents.ToArray().Any(document => document.TaskId == Refused))
            {
                return inner.StoreAsync(documents, cancellationToken);
            }

            if (documents.Length == 1)
            {
                Refusals.Signal();
            }

            throw new BackendException("not that one") { IsTransient = false };
        }

        public ValueTask<ResultDocument?> ReadAsync(string taskId, CancellationToken cancellationToken = default) => inner.ReadAsync(taskId, cancellationToken);

        public ValueTask<ResultDocument> WaitAsync(string taskId, Action<ResultDocument>? progress, CancellationToken cancellationToken) =>
            inner.WaitAsync(taskId, progress, cancellationToken);

        public ValueTask<bool> ForgetAsync(string taskId, CancellationToken cancellationToken = default) => inner.ForgetAsync(taskId, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Proof : ILeaseProof
    {
        public CancellationToken LeaseLost => Lost.Token;

        public bool IsCertain { get; set; }

        public bool IsLost { get; init; }

        public int Asked { get; private set; }

        // It has no timer and needs no end.
        private CancellationTokenSource Lost { get; } = new();

        /// <summary>Told that it was asked the first time, and failed.</summary>
        public TestSignal? Failing { get; init; }

        public void Lose() => Lost.Cancel();

        public ValueTask ProveAsync()
        {
            if (++Asked == 1 && Failing is not null)
            {
                Failing.Signal();
                throw new BrokerException("away");
            }

            if (IsLost)
            {
                Lose();
            }

            IsCertain = !IsLost;
            return default;
        }
    }
}
