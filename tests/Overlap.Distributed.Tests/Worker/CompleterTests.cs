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

    private async Task CompleteAsync(Proof proof)
    {
        IBrokerConsumer consumer = await _broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        using Completer completer = new(_broker, consumer, _backend, _figures, _window, _clock, NullLogger.Instance);
        Task running = completer.RunAsync();
        Delivery delivery = new() { Tag = "tag", Queue = "celery", State = proof, LeaseLost = proof.LeaseLost };
        ResultDocument document = new() { TaskId = "id-1", State = TaskState.Success, StateName = "SUCCESS", Result = 1 };
        WireMessage next = new() { ContentType = "application/json", ContentEncoding = "utf-8", Body = "[[], {}, {}]"u8.ToArray() };
        completer.Add(new Completion(delivery, document, null) { Sequel = [new Publication("", "next", next)] });
        completer.End();
        await running.WaitAsync(WorkerBench.Patience);
    }

    private async Task<(TaskState? Stored, long Sent)> OutcomeAsync() => ((await _backend.ReadAsync("id-1"))?.State, await _broker.CountAsync("next"));

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
