using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>What a health check is told.</summary>
public sealed class HealthTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task CheckHealth_NotStarted_SaysSo()
    {
        await using InMemoryBroker broker = new();
        await using WorkerHost host = new(broker, new TaskRegistry());

        Assert.Equal(new WorkerHealth(false, "it was not started"), host.CheckHealth());
    }

    [Fact]
    public async Task CheckHealth_Works_IsWell()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        Assert.Equal(new WorkerHealth(true, "0 calls run, 0 messages are held"), bench.Host!.CheckHealth());
    }

    [Fact]
    public async Task CheckHealth_Stopped_SaysSo()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        await bench.StopAsync();

        Assert.Equal(new WorkerHealth(false, "it was told to stop"), bench.Host!.CheckHealth());
    }

    [Fact]
    public async Task CheckHealth_BrokerDisposed_IsNotWell()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();
        Task run = bench.Host!.WaitForStopAsync(CancellationToken.None);

        await bench.Broker.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => run.WaitAsync(WorkerBench.Patience));
        Assert.False(bench.Host.CheckHealth().IsHealthy);
    }

    [Fact]
    public async Task CheckHealth_QueueIsNotEmptyAndNothingComes_NamesTheQueue()
    {
        await using WorkerBench bench = new();
        bench.BrokerOfHost = new RecordingBroker(bench.Broker) { CountTold = 3 };
        await bench.StartAsync();

        await bench.AdvanceUntilAsync(Step, () => !bench.Host!.CheckHealth().IsHealthy);

        Assert.Matches("^nothing was delivered for \\d+ s although celery holds 3 messages$", bench.Host!.CheckHealth().Description);
    }

    [Fact]
    public async Task CheckHealth_SomethingComesAfterAStall_IsWellAgain()
    {
        await using WorkerBench bench = new();
        bench.BrokerOfHost = new RecordingBroker(bench.Broker) { CountTold = 3 };
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();
        await bench.AdvanceUntilAsync(Step, () => !bench.Host!.CheckHealth().IsHealthy);

        await bench.RunAsync(new Signature("tasks.add", 1, 2));

        Assert.True(bench.Host!.CheckHealth().IsHealthy);
    }

    [Fact]
    public async Task CheckHealth_BrokerDoesNotAnswer_SaysWhy()
    {
        await using WorkerBench bench = new();
        bench.BrokerOfHost = new RecordingBroker(bench.Broker) { Counting = static () => throw new BrokerException("It is gone.") };
        await bench.StartAsync();

        await bench.AdvanceUntilAsync(Step, () => !bench.Host!.CheckHealth().IsHealthy);

        Assert.Equal("the broker does not answer: It is gone.", bench.Host!.CheckHealth().Description);
        Assert.False(bench.Host.GetStatistics().IsStalled);
    }

    [Fact]
    public async Task Stall_Begins_IsOneErrorEventAndOneCount()
    {
        using ErrorLog log = new();
        long stalls = 0;
        using MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Name == "overlap.worker.stall")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("messaging.destination.name", "stalls-here")))
            {
                Interlocked.Add(ref stalls, count);
            }
        });
        listener.Start();
        await using WorkerBench bench = new(new WorkerOptions { Queues = ["stalls-here"], LoggerFactory = log });
        bench.BrokerOfHost = new RecordingBroker(bench.Broker) { CountTold = 3 };
        await bench.StartAsync();
        await bench.AdvanceUntilAsync(Step, () => bench.Host!.GetStatistics().IsStalled);

        // It stays so: neither the event nor the count comes again.
        string first = bench.Host!.CheckHealth().Description;
        await bench.AdvanceUntilAsync(Step, () => bench.Host.CheckHealth().Description != first);

        Assert.Equal((14011, LogLevel.Error), Assert.Single(log.Events));
        Assert.Equal(1, Interlocked.Read(ref stalls));
    }

    [Fact]
    public async Task AskAsync_WorkerIsWell_AnswersWithItsName()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        Assert.Equal(new WorkerAnswer("worker@bench", true, "0 calls run, 0 messages are held"), await FirstAnswerAsync(bench, "worker@bench"));
    }

    [Fact]
    public async Task AskAsync_PatternFits_Answers()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        Assert.Equal("worker@bench", (await FirstAnswerAsync(bench, "worker@*")).Worker);
    }

    [Fact]
    public async Task AskAsync_WorkerIsStalled_SaysSo()
    {
        await using WorkerBench bench = new();
        bench.BrokerOfHost = new RecordingBroker(bench.Broker) { CountTold = 3 };
        await bench.StartAsync();
        await bench.AdvanceUntilAsync(Step, () => !bench.Host!.CheckHealth().IsHealthy);

        Assert.False((await FirstAnswerAsync(bench, "worker@bench")).IsHealthy);
    }

    [Fact]
    public async Task AskAsync_NobodyIsMeant_EndsWithItsPatience()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        IAsyncEnumerator<WorkerAnswer> answers = WorkerInquiry.AskAsync(bench.Broker, "other@bench", Step, bench.Clock).GetAsyncEnumerator();
        ValueTask<bool> next = answers.MoveNextAsync();
        bench.Clock.Advance(Step);

        Assert.False(await next.AsTask().WaitAsync(WorkerBench.Patience));
        await answers.DisposeAsync();
    }

    [Fact]
    public async Task AskAsync_Strangers_AnswerIsTakenForWell()
    {
        await using WorkerBench bench = new();
        await using IAsyncEnumerator<WireMessage> heard = bench.Broker.ListenAsync(ControlCodec.Exchange, "", CancellationToken.None).GetAsyncEnumerator();
        ValueTask<bool> hearing = heard.MoveNextAsync();
        Task<WorkerAnswer> asking = FirstAnswerAsync(bench, "celery@python");
        Assert.True(await hearing.AsTask().WaitAsync(WorkerBench.Patience));
        ControlRequest request = ControlCodec.Read(heard.Current, ProtocolLimits.Default);
        WireMessage answer = ControlCodec.WriteReply(request, "celery@python", new WireMap([new("pid", 1)]), clock: 1);

        await bench.Broker.PublishAsync(new[] { new Publication(request.ReplyExchange!, request.ReplyRoutingKey!, answer) });

        Assert.Equal(new WorkerAnswer("celery@python", true, "it answers, and tells no more"), await asking);
    }

    private static async Task<WorkerAnswer> FirstAnswerAsync(WorkerBench bench, string pattern)
    {
        using CancellationTokenSource patience = new(WorkerBench.Patience);
        return await WorkerInquiry.AskAsync(bench.Broker, pattern, Step, bench.Clock, patience.Token).FirstAsync(patience.Token);
    }

    /// <summary>Keeps the events of errors.</summary>
    private sealed class ErrorLog : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<(int Id, LogLevel Level)> _events = new();

        public IReadOnlyCollection<(int Id, LogLevel Level)> Events => _events;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("It keeps all by itself.");

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                _events.Enqueue((eventId.Id, logLevel));
            }
        }
    }
}
