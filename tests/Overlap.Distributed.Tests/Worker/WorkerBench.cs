using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>A broker, a backend, a client and one worker in this process, on a clock that stands still.</summary>
internal sealed class WorkerBench : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public WorkerBench(WorkerOptions? options = null, TimeSpan? lease = null)
    {
        Broker = new InMemoryBroker(new InMemoryBrokerOptions { TimeProvider = Clock, Lease = lease ?? TimeSpan.FromSeconds(30) });
        Backend = new InMemoryBackend(new InMemoryBackendOptions { TimeProvider = Clock });
        Client = new TaskClient(Broker, Backend, new TaskClientOptions { TimeProvider = Clock });
        Options = (options ?? new WorkerOptions { Concurrency = 2 }) with { TimeProvider = Clock, Name = "worker@bench", StopGrace = TimeSpan.Zero };
    }

    public VirtualTimeProvider Clock { get; } = new();

    public InMemoryBroker Broker { get; }

    public InMemoryBackend Backend { get; }

    public TaskClient Client { get; }

    public TaskRegistry Registry { get; } = new();

    public WorkerOptions Options { get; }

    public WorkerHost? Host { get; private set; }

    public IBroker? BrokerOfHost { get; set; }

    public IResultBackend? BackendOfHost { get; set; }

    public async Task StartAsync()
    {
        Host = new WorkerHost(BrokerOfHost ?? Broker, Registry, BackendOfHost ?? Backend, Options);
        await Host.StartAsync();
    }

    /// <summary>Registers a task that runs until its token is cancelled.</summary>
    /// <returns>Tells that it runs.</returns>
    public TestSignal AddEndless(string name)
    {
        TestSignal started = new("started");
        Registry.Add(name, async (CancellationToken token) =>
        {
            started.Signal();
            await Task.Delay(Timeout.Infinite, token);
        });
        return started;
    }

    /// <summary>Does to the broker what the death of a consumer's process does: its leases run out.</summary>
    public void LetDie(IBrokerConsumer consumer)
    {
        Broker.LetLeasesRunOut(consumer);
        Clock.Advance(TimeSpan.FromSeconds(30));
    }

    /// <summary>Lets the one message be lost by holders who had begun it.</summary>
    public async Task LoseAsync(int times)
    {
        for (int loss = 0; loss < times; loss++)
        {
            await using IBrokerConsumer consumer = await Broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
            Delivery delivery = Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None));
            Assert.Equal([true], await consumer.BeginAsync(new[] { delivery }, CancellationToken.None));
            LetDie(consumer);
        }
    }

    /// <summary>Waits until a call has ended, or fails the test.</summary>
    public async Task<ResultDocument> EndOfAsync(string taskId)
    {
        using CancellationTokenSource patience = new(Patience);
        return await Backend.WaitAsync(taskId, null, patience.Token);
    }

    public Task<ResultDocument> EndOfAsync(TaskHandle handle) => EndOfAsync(handle.Id);

    /// <summary>Waits until a call has reached a state, or fails the test.</summary>
    public async Task<ResultDocument> StateOfAsync(string taskId, TaskState state)
    {
        using CancellationTokenSource patience = new(Patience);
        using CancellationTokenSource seen = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
        ResultDocument? found = null;
        try
        {
            ResultDocument end = await Backend.WaitAsync(
                taskId,
                document =>
                {
                    if (document.State == state)
                    {
                        found ??= document;
                        seen.Cancel();
                    }
                },
                seen.Token);
            return end.State == state ? end : found ?? throw new InvalidOperationException($"{taskId} ended as {end.State}.");
        }
        catch (OperationCanceledException) when (found is not null)
        {
            return found;
        }
    }

    /// <summary>Sends a call and waits until it has ended.</summary>
    public async Task<ResultDocument> RunAsync(Signature signature) => await EndOfAsync(await Client.SendAsync(signature));

    /// <summary>Moves the clock step by step until something is so, or fails the test.</summary>
    public async Task AdvanceUntilAsync(TimeSpan step, Func<bool> isSo)
    {
        using CancellationTokenSource patience = new(Patience);
        while (!isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            Clock.Advance(step);
            await Task.Yield();
        }
    }

    /// <summary>Stops the worker, so that all it has done is done.</summary>
    public Task StopAsync() => Host!.StopAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
        {
            using CancellationTokenSource hurry = new();
            await hurry.CancelAsync();
            await Host.StopAsync(hurry.Token).WaitAsync(Patience);
        }

        await Broker.DisposeAsync();
        await Backend.DisposeAsync();
    }
}
