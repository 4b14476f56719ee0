using Overlap.Contracts;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Sqlite;

public sealed class SqliteBackendTests : BackendContract, IDisposable
{
    private readonly QueueFile _file = new();
    private readonly VirtualTimeProvider _clock = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task WaitAsync_StoredByAnotherProcess_IsSeen()
    {
        await using IResultBackend backend = await CreateAsync();
        await using SqliteBackend other = new(_file.OfAnotherProcess(_clock));
        for (int number = 0; number < 5; number++)
        {
            Task<ResultDocument> waiting = WaitAsync(backend, $"id-{number}");
            await other.StoreAsync(new[] { Success($"id-{number}", number) });
            Assert.Equal(number, (await waiting).Result);
        }
    }

    [Fact]
    public async Task WaitAsync_ProgressOfAnotherProcess_IsTold()
    {
        await using IResultBackend backend = await CreateAsync();
        await using SqliteBackend other = new(_file.OfAnotherProcess(_clock));
        TaskCompletionSource<long> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<ResultDocument> waiting = backend.WaitAsync(
            "id-1", document => told.TrySetResult(document.Result.AsMap()["percent"].AsInteger()), CancellationToken.None).AsTask();
        await other.StoreAsync(new[] { Progress("id-1", 40) });
        Assert.Equal(40, await told.Task.WaitAsync(Guard));
        await other.StoreAsync(new[] { Success("id-1", 4) });
        Assert.Equal(4, (await waiting.WaitAsync(Guard)).Result);
    }

    [Fact]
    public async Task ReadAsync_LimitsOfTheOptions_HoldForEveryRead()
    {
        SqliteOptions options = _file.OfAnotherProcess(_clock) with { Limits = new ProtocolLimits { MessageBytes = 512 } };
        await using SqliteBackend strict = new(options);
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Success("long", new string('x', 1_000)) });

        Assert.Equal(MessageDefect.TooLarge, (await Assert.ThrowsAsync<MessageFormatException>(async () => await strict.ReadAsync("long"))).Defect);
        await Assert.ThrowsAsync<MessageFormatException>(() => WaitAsync(strict, "long"));
    }

    [Fact]
    public async Task WaitAsync_StoredByAnotherBeyondTheLimits_FailsInPlaceOfWaitingOn()
    {
        SqliteOptions options = _file.OfAnotherProcess(_clock) with { Limits = new ProtocolLimits { MessageBytes = 512 } };
        await using SqliteBackend strict = new(options);
        await using IResultBackend backend = await CreateAsync();
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await backend.StoreAsync(new[] { Progress("long", 1) });
        Task<ResultDocument> waiting = strict.WaitAsync("long", _ => told.TrySetResult(), CancellationToken.None).AsTask();
        await told.Task.WaitAsync(Guard);

        await backend.StoreAsync(new[] { Success("long", new string('x', 1_000)) });

        await Assert.ThrowsAsync<MessageFormatException>(() => waiting.WaitAsync(Guard));
    }

    [Fact]
    public async Task WaitAsync_OtherResultsWereStoredBefore_IsToldOfNewOnesOnly()
    {
        await using SqliteBackend other = new(_file.OfAnotherProcess(_clock));
        await other.StoreAsync(new[] { Success("old-1", 1), Success("old-2", 2) });
        await using IResultBackend backend = await CreateAsync();
        Task<ResultDocument> waiting = WaitAsync(backend, "id-1");
        await other.StoreAsync(new[] { Success("id-1", 4) });
        Assert.Equal(4, (await waiting).Result);
        Assert.Equal(1, (await WaitAsync(backend, "old-1")).Result);
    }

    [Fact]
    public async Task StoreAsync_LateStateOfAnotherProcess_IsRefused()
    {
        await using IResultBackend backend = await CreateAsync();
        await using SqliteBackend other = new(_file.OfAnotherProcess(_clock));
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        Assert.Equal([false], await other.StoreAsync(new[] { Document("id-1", TaskState.Retry) }));
        Assert.Equal(TaskState.Success, (await backend.ReadAsync("id-1"))?.State);
    }

    [Fact]
    public async Task ReadAsync_Expired_IsNothing()
    {
        await using SqliteBackend backend = new(_file.Options with { ResultExpiry = TimeSpan.FromHours(1), TimeProvider = _clock });
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(await backend.ReadAsync("id-1"));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await backend.ReadAsync("id-1"));
    }

    [Fact]
    public async Task StoreAsync_OthersHaveExpired_DropsThem()
    {
        await using SqliteBackend backend = new(_file.Options with { ResultExpiry = TimeSpan.FromHours(1), TimeProvider = _clock });
        await backend.StoreAsync(new[] { Success("id-1", 4), Success("id-2", 4) });
        _clock.Advance(TimeSpan.FromHours(2));
        await backend.StoreAsync(new[] { Success("id-3", 4) });
        Assert.Equal(1L, _file.Query<long>("SELECT count(*) FROM overlap_result"));
    }

    [Fact]
    public async Task ReadAsync_NoResultDocument_SaysSo()
    {
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        _file.Execute("UPDATE overlap_result SET document='rubbish'");
        await Assert.ThrowsAsync<MessageFormatException>(() => backend.ReadAsync("id-1").AsTask());
    }

    [Fact]
    public async Task StoreAsync_FileIsNoDatabase_SaysSo()
    {
        await File.WriteAllTextAsync(_file.Path, new string('x', 5000));
        await using IResultBackend backend = await CreateAsync();
        BackendException refusal = await Assert.ThrowsAsync<BackendException>(() => backend.StoreAsync(new[] { Success("id-1", 4) }).AsTask());
        Assert.False(refusal.IsTransient);
        Assert.Contains("is no SQLite file", refusal.Message, StringComparison.Ordinal);
    }

    protected override ValueTask<IResultBackend> CreateAsync() => new(new SqliteBackend(_file.Options with { TimeProvider = _clock }));
}
