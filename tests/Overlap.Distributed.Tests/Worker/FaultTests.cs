using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>What is not there for a while.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task RunAsync_BackendIsAway_MessageIsHeldUntilTheResultIsStored()
    {
        await using WorkerBench bench = new();
        RecordingBroker broker = new(bench.Broker);
        FailingBackend failing = new(bench.Backend, failures: 2);
        bench.BrokerOfHost = broker;
        bench.BackendOfHost = failing;
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();
        string id = (await bench.Client.SendAsync(new Signature("tasks.add", 2, 3))).Id;

        await failing.Failed.WaitAsync();
        Assert.Empty(broker.Settled);
        await bench.AdvanceUntilAsync(TimeSpan.FromMilliseconds(50), () => failing.Failed.Count == 2);
        Assert.Empty(broker.Settled);
        await bench.AdvanceUntilAsync(TimeSpan.FromMilliseconds(50), () => broker.Settled.Count == 1);

        Assert.Equal((WireValue)5, (await bench.EndOfAsync(id)).Result);
    }

    [Fact]
    public async Task RunAsync_OneResultHasNoForm_OthersOfItsBatchAreStored()
    {
        await using WorkerBench bench = new();
        RefusingBackend refusing = new(bench.Backend);
        bench.BackendOfHost = refusing;
        bench.Registry.Add("tasks.echo", (double value) => value);
        await bench.StartAsync();

        IReadOnlyList<TaskHandle> handles =
            await bench.Client.SendManyAsync(new double[] { 1, 2, 666, 3 }.Select(static value => new Signature("tasks.echo", value)));

        Assert.Equal((WireValue)1.0, (await bench.EndOfAsync(handles[0])).Result);
        Assert.Equal((WireValue)3.0, (await bench.EndOfAsync(handles[3])).Result);
        Assert.Equal("EncodeError", (await bench.EndOfAsync(handles[2])).Error!.Type);
    }

    [Fact]
    public async Task RunAsync_MessageOfItsExceptionThrows_CallFailsAllTheSame()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.fail", int () => throw new SilentException());
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.fail"));
        await bench.StopAsync();

        Assert.Equal("WorkerLostError", document.Error!.Type);
        Assert.Equal(0, await bench.Broker.CountAsync("celery"));
    }

    [Fact]
    public async Task RunAsync_BrokerGoes_EndsWithItsEnd()
    {
        await using WorkerBench bench = new();
        WorkerHost host = new(bench.Broker, bench.Registry, bench.Backend, bench.Options);
        Task run = host.RunAsync();

        await bench.Broker.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => run.WaitAsync(WorkerBench.Patience));
    }

    [Fact]
    public async Task StartAsync_Twice_IsRefused()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Host!.StartAsync());
    }

    [Fact]
    public async Task StartAsync_NoBrokerYet_MayBeTriedAgain()
    {
        await using WorkerBench bench = new();
        InMemoryBroker gone = new();
        await gone.DisposeAsync();
        WorkerHost host = new(gone, bench.Registry);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.StartAsync());

        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.StartAsync());
    }

    private sealed class SilentException : Exception
    {
        public override string Message => throw new InvalidOperationException("It does not tell.");
    }

    private abstract class OtherBackend(IResultBackend inner) : IResultBackend
    {
        protected IResultBackend Inner => inner;

        public string Address => inner.Address;

        public abstract ValueTask<IReadOnlyList<bool>> StoreAsync(ReadOnlyMemory<ResultDocument> documents, CancellationToken cancellationToken = default);

        public ValueTask<ResultDocument?> ReadAsync(string taskId, CancellationToken cancellationToken = default) => inner.ReadAsync(taskId, cancellationToken);

        public ValueTask<ResultDocument> WaitAsync(string taskId, Action<ResultDocument>? progress, CancellationToken cancellationToken) =>
            inner.WaitAsync(taskId, progress, cancellationToken);

        public ValueTask<bool> ForgetAsync(string taskId, CancellationToken cancellationToken = default) => inner.ForgetAsync(taskId, cancellationToken);

        public ValueTask DisposeAsync() => default;
    }

    private sealed class FailingBackend(IResultBackend inner, int failures) : OtherBackend(inner)
    {
        public TestSignal Failed { get; } = new("failed");

        public override ValueTask<IReadOnlyList<bool>> StoreAsync(ReadOnlyMemory<ResultDocument> documents, CancellationToken cancellationToken = default)
        {
            if (Failed.Count < failures)
            {
                Failed.Signal();
                throw new BackendException("away");
            }

            return Inner.StoreAsync(documents, cancellationToken);
        }
    }

    private sealed class RefusingBackend(IResultBackend inner) : OtherBackend(inner)
    {
        public override ValueTask<IReadOnlyList<bool>> StoreAsync(ReadOnlyMemory<ResultDocument> documents, CancellationToken cancellationToken = default) =>
            documents.ToArray().Any(static document => document.Result == 666.0)
                ? throw new MessageFormatException(MessageDefect.Malformed, "666 has no form")
                : Inner.StoreAsync(documents, cancellationToken);
    }
}
