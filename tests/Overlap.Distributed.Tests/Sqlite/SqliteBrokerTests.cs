using System.Runtime.Versioning;
using Overlap.Contracts;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Sqlite;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Sqlite;

public sealed class SqliteBrokerTests : KnownRoutesBrokerContract, IDisposable
{
    private readonly QueueFile _file = new();
    private readonly VirtualTimeProvider _clock = new(new VirtualTimeOptions { Start = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero) });

    protected override DateTimeOffset Now => _clock.GetUtcNow();

    protected override TimeSpan Lease => TimeSpan.FromSeconds(10);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task PublishAsync_Confirmed_IsInTheFile()
    {
        await using IBroker broker = await CreateAsync();
        await PublishAsync(broker, "a");
        Assert.Equal(1L, _file.Query<long>("SELECT count(*) FROM overlap_message"));
    }

    [Fact]
    public async Task DisposeAsync_AndOpenedAgain_MessagesAreThere()
    {
        await using (IBroker broker = await CreateAsync())
        {
            await PublishAsync(broker, "1", "2");
        }

        await using IBroker again = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(again);
        Assert.Equal(["1", "2"], TextsOf(await ReceiveAsync(consumer, 2)));
    }

    [Fact]
    public async Task ReceiveAsync_PublishedByAnotherProcess_Wakes()
    {
        await using IBroker broker = await CreateAsync();
        await using SqliteBroker other = new(_file.OfAnotherProcess(_clock));
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        for (int count = 0; count < 5; count++)
        {
            Task<Delivery> receiving = ReceiveOneAsync(consumer);
            await PublishAsync(other, $"{count}");
            Assert.Equal($"{count}", TextOf(await receiving));
        }
    }

    [Fact]
    public async Task ListenAsync_BroadcastByAnotherProcess_IsHeard()
    {
        await using IBroker broker = await CreateAsync();
        await using SqliteBroker other = new(_file.OfAnotherProcess(_clock));
        using CancellationTokenSource cancel = new();
        await using IAsyncEnumerator<Overlap.Distributed.Protocol.WireMessage> heard =
            broker.ListenAsync("celery.pidbox", "", cancel.Token).GetAsyncEnumerator(CancellationToken.None);
        Task<bool> next = heard.MoveNextAsync().AsTask();
        await broker.CountAsync(Queue);
        await PublishAsync(broker, "behind the listener's first look");
        await other.BroadcastAsync("celery.pidbox", "", Message("ping"));
        Assert.True(await next.WaitAsync(Guard));
        Assert.Equal("ping"u8.ToArray(), heard.Current.Body.ToArray());
    }

    [Fact]
    public async Task ReceiveAsync_HolderOfAnotherProcessDied_ComesAfterItsLease()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        _file.Execute($"UPDATE overlap_message SET holder=1, claims=1, wake={SqliteStore.ToFile(Now.AddSeconds(3))}");
        Task<Delivery> receiving = ReceiveOneAsync(consumer);
        _clock.Advance(TimeSpan.FromSeconds(3));
        Delivery delivery = await receiving;
        Assert.Equal((2, true), (delivery.Attempt, delivery.Message!.Properties.IsRedelivered));
    }

    [Fact]
    public async Task Claims_OverlappingProcesses_EachMessageIsClaimedOnce()
    {
        await using IBroker one = await CreateAsync();
        await using SqliteBroker other = new(_file.OfAnotherProcess(_clock));
        await using IBrokerConsumer ofOne = await ConsumeAsync(one);
        await using IBrokerConsumer ofOther = await ConsumeAsync(other);
        const int Count = 200;
        await PublishAsync(one, [.. Enumerable.Range(0, Count).Select(static number => $"{number}")]);
        int left = Count;
        List<string>[] came = await Task.WhenAll(TakeAsync(ofOne), TakeAsync(ofOther));
        Assert.Equal(Enumerable.Range(0, Count).Select(static number => $"{number}").Order(), came.SelectMany(static texts => texts).Order());

        async Task<List<string>> TakeAsync(IBrokerConsumer consumer)
        {
            List<string> texts = [];
            while (Volatile.Read(ref left) > 0)
            {
                using CancellationTokenSource enough = new();
                Task<IReadOnlyList<Delivery>> receiving = consumer.ReceiveAsync(7, enough.Token).AsTask();
                while (Volatile.Read(ref left) > 0 && !receiving.IsCompleted)
                {
                    await Task.Yield();
                }

                await enough.CancelAsync();
                try
                {
                    texts.AddRange(TextsOf(await receiving));
                    Interlocked.Add(ref left, -receiving.Result.Count);
                }
                catch (OperationCanceledException)
                {
                }
            }

            return texts;
        }
    }

    [Fact]
    public async Task Renewal_LostMeanwhile_IsTold()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        Delivery delivery = await ReceiveOneAsync(consumer);
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = delivery.LeaseLost.Register(told.SetResult);
        _file.Execute("UPDATE overlap_message SET holder=1, claims=2");
        _clock.Advance(Lease / 3);
        await told.Task.WaitAsync(Guard);
    }

    [Fact]
    public async Task Renewal_AskedForBeforeACompletionIsWritten_LosesNothing()
    {
        // The row was gone when the renewal came, because it was completed: that was taken for a lost lease.
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        Delivery delivery = await ReceiveOneAsync(consumer);
        TestSignal writing = new("writing");
        using ManualResetEventSlim go = new();
        Task<int> completing = ((SqliteBroker)broker).CompleteAsync(delivery, _ =>
        {
            writing.Signal();
            go.Wait(Guard);
            return 1;
        }).AsTask();
        await writing.WaitAsync();
        Task proof = ((SqliteConsumer)consumer).ProveAsync().AsTask();
        go.Set();
        await completing.WaitAsync(Guard);
        await proof.WaitAsync(Guard);
        Assert.False(delivery.LeaseLost.IsCancellationRequested);
        Assert.Equal([true], await AcknowledgeAsync(consumer, delivery));
    }

    [Fact]
    public async Task ExamineAsync_File_TellsLibraryAndJournal()
    {
        await using IBroker broker = await CreateAsync();
        BrokerReport report = await broker.ExamineAsync();
        Assert.StartsWith("SQLite 3.", report.Version, StringComparison.Ordinal);
        Assert.Contains(report.Findings, static finding => finding is { Setting: "journal_mode", Value: "wal", Advice: null });
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task File_MadeAnew_IsForItsOwnerOnly()
    {
        await using IBroker broker = await CreateAsync();
        await PublishAsync(broker, "a");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_file.Path));
    }

    protected override ValueTask<IBroker> CreateAsync() => new(new SqliteBroker(_file.Options with { Lease = Lease, TimeProvider = _clock }));

    protected override ValueTask PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return default;
    }

    protected override ValueTask LoseLeasesAsync(IBroker broker, IBrokerConsumer consumer)
    {
        SqliteConsumer paused = (SqliteConsumer)consumer;
        paused.StandsStill = true;
        _clock.Advance(Lease * 2);
        paused.StandsStill = false;
        return default;
    }

    protected override async ValueTask PublishRawAsync(IBroker broker, string queue, byte[] raw)
    {
        SqliteBroker known = (SqliteBroker)broker;
        await known.Store.WriteAsync(
            isDurable: true,
            (session, _) =>
            {
                SqliteBroker.Insert(session, queue, 0, raw);
                return new HashSet<string> { queue };
            },
            known.Wake);
    }
}
