using System.Collections.Immutable;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Protocol;

namespace Overlap.Contracts;

/// <summary>What every result backend promises, wherever it keeps its documents. A new backend inherits this and must pass all of it.</summary>
public abstract class BackendContract
{
    protected static readonly TimeSpan Guard = ContractStage.Guard;

    /// <summary>Makes the backend under test, without documents.</summary>
    protected abstract ValueTask<IResultBackend> CreateAsync();

    [Fact]
    public async Task ReadAsync_NothingStored_IsNothing()
    {
        await using IResultBackend backend = await CreateAsync();
        Assert.Null(await backend.ReadAsync("never-heard-of"));
    }

    [Fact]
    public async Task StoreAsync_Success_IsReadAsItWas()
    {
        await using IResultBackend backend = await CreateAsync();
        ResultDocument document = Success("id-1", new WireMap([new("input", "a.mp4"), new("frames", 3), new("rate", 29.97), new("none", default)])) with
        {
            DoneAt = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero).AddMicroseconds(789_001),
            ParentId = "parent",
            GroupId = "group",
        };
        Assert.Equal([true], await backend.StoreAsync(new[] { document }));
        ResultDocument? read = await backend.ReadAsync("id-1");
        Assert.NotNull(read);
        Assert.Equal((TaskState.Success, document.Result), (read.State, read.Result));
        Assert.Equal((document.DoneAt, "parent", "group"), (read.DoneAt, read.ParentId, read.GroupId));
        Assert.True(read.IsReady);
    }

    [Fact]
    public async Task StoreAsync_Failure_KeepsTheError()
    {
        await using IResultBackend backend = await CreateAsync();
        ResultDocument document = Document("id-1", TaskState.Failure) with
        {
            Error = new RemoteError("ValueError", ["boom"], "builtins"),
            Traceback = "Traceback (most recent call last):\n  boom",
        };
        await backend.StoreAsync(new[] { document });
        ResultDocument? read = await backend.ReadAsync("id-1");
        Assert.Equal(("ValueError", "boom", "builtins"), (read?.Error?.Type, read?.Error?.Message, read?.Error?.Module));
        Assert.Equal(document.Traceback, read?.Traceback);
    }

    [Fact]
    public async Task StoreAsync_UnicodeAndAMebibyte_IsReadWhole()
    {
        await using IResultBackend backend = await CreateAsync();
        string text = "žluťoučký kůň 🐎 " + new string('ž', 1024 * 1024);
        await backend.StoreAsync(new[] { Success("příklad 🐎", text) });
        Assert.Equal(text, (await backend.ReadAsync("příklad 🐎"))?.Result.AsText());
    }

    [Fact]
    public async Task StoreAsync_Many_EachIsRead()
    {
        await using IResultBackend backend = await CreateAsync();
        ResultDocument[] documents = [.. Enumerable.Range(0, 100).Select(static number => Success($"id-{number}", number))];
        Assert.All(await backend.StoreAsync(documents), static stored => Assert.True(stored));
        foreach (ResultDocument document in documents)
        {
            Assert.Equal(document.Result, (await backend.ReadAsync(document.TaskId))?.Result);
        }
    }

    [Fact]
    public async Task StoreAsync_StatesInTurn_TheLastIsKept()
    {
        await using IResultBackend backend = await CreateAsync();
        foreach (TaskState state in (TaskState[])[TaskState.Started, TaskState.Retry, TaskState.Started, TaskState.Success])
        {
            Assert.Equal([true], await backend.StoreAsync(new[] { Document("id-1", state) }));
            Assert.Equal(state, (await backend.ReadAsync("id-1"))?.State);
        }
    }

    [Theory]
    [InlineData(TaskState.Success, TaskState.Retry)]
    [InlineData(TaskState.Success, TaskState.Started)]
    [InlineData(TaskState.Failure, TaskState.Retry)]
    [InlineData(TaskState.Revoked, TaskState.Started)]
    public async Task StoreAsync_EndedAndThenNot_IsRefused(TaskState ended, TaskState late)
    {
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Document("id-1", ended) });
        Assert.Equal([false], await backend.StoreAsync(new[] { Document("id-1", late) }));
        Assert.Equal(ended, (await backend.ReadAsync("id-1"))?.State);
    }

    [Fact]
    public async Task StoreAsync_EndedAndThenNotInOneCall_IsRefused()
    {
        await using IResultBackend backend = await CreateAsync();
        Assert.Equal([true, false, true], await backend.StoreAsync(
            new[] { Success("id-1", 1), Document("id-1", TaskState.Retry), Document("id-2", TaskState.Retry) }));
        Assert.Equal(TaskState.Success, (await backend.ReadAsync("id-1"))?.State);
    }

    [Fact]
    public async Task StoreAsync_EndedTwice_TheLastIsKept()
    {
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Success("id-1", 1) });
        Assert.Equal([true], await backend.StoreAsync(new[] { Success("id-1", 2) }));
        Assert.Equal(2, (await backend.ReadAsync("id-1"))?.Result);
    }

    [Fact]
    public async Task StoreAsync_ManyAtATime_NoLateStateReplacesTheEnd()
    {
        await using IResultBackend backend = await CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(
            () => backend.StoreAsync(new[] { number == 20 ? Success("id-1", 1) : Document("id-1", TaskState.Retry) }).AsTask())));
        Assert.Equal(TaskState.Success, (await backend.ReadAsync("id-1"))?.State);
    }

    [Fact]
    public async Task StoreAsync_StateOfTheirOwn_KeepsItsName()
    {
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Progress("id-1", 40) });
        ResultDocument? read = await backend.ReadAsync("id-1");
        Assert.Equal((TaskState.Custom, "PROGRESS", 40, false), (read?.State, read?.StateName, read?.Result.AsMap()["percent"].AsInteger(), read?.IsReady));
    }

    [Fact]
    public async Task WaitAsync_EndedBefore_GivesItAtOnce()
    {
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        Assert.Equal(4, (await WaitAsync(backend, "id-1")).Result);
    }

    [Fact]
    public async Task WaitAsync_EndsLater_GivesIt()
    {
        await using IResultBackend backend = await CreateAsync();
        Task<ResultDocument> waiting = WaitAsync(backend, "id-1");
        await backend.StoreAsync(new[] { Success("other", 3) });
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        Assert.Equal(4, (await waiting).Result);
    }

    [Fact]
    public async Task WaitAsync_EndsWhileTheWaitBegins_IsSeen()
    {
        await using IResultBackend backend = await CreateAsync();
        for (int number = 0; number < 50; number++)
        {
            string id = $"id-{number}";
            Task<ResultDocument> waiting = Task.Run(() => WaitAsync(backend, id));
            await backend.StoreAsync(new[] { Success(id, number) });
            Assert.Equal(number, (await waiting).Result);
        }
    }

    [Fact]
    public async Task WaitAsync_SeveralWait_AllAreTold()
    {
        await using IResultBackend backend = await CreateAsync();
        Task<ResultDocument>[] waits = [.. Enumerable.Range(0, 5).Select(_ => WaitAsync(backend, "id-1"))];
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        Assert.All(await Task.WhenAll(waits), static document => Assert.Equal(4, document.Result));
    }

    [Fact]
    public async Task WaitAsync_StatesBefore_AreToldInTheirOrder()
    {
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Progress("id-1", 0) });
        List<long> told = [];
        using SemaphoreSlim next = new(0);
        Task<ResultDocument> waiting = backend.WaitAsync(
            "id-1",
            document =>
            {
                told.Add(document.Result.AsMap()["percent"].AsInteger());
                next.Release();
            },
            CancellationToken.None).AsTask().WaitAsync(Guard);
        for (int percent = 10; percent <= 50; percent += 10)
        {
            Assert.True(await next.WaitAsync(Guard));
            await backend.StoreAsync(new[] { Progress("id-1", percent) });
        }

        Assert.True(await next.WaitAsync(Guard));
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        Assert.Equal(4, (await waiting).Result);
        Assert.Equal([0, 10, 20, 30, 40, 50], told);
    }

    [Fact]
    public async Task WaitAsync_ProgressThrows_TheWaitFailsWithThat()
    {
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Progress("id-1", 0) });
        await Assert.ThrowsAsync<InvalidOperationException>(() => backend.WaitAsync(
            "id-1", static _ => throw new InvalidOperationException("no"), CancellationToken.None).AsTask().WaitAsync(Guard));
        Assert.Equal(TaskState.Custom, (await backend.ReadAsync("id-1"))?.State);
    }

    [Fact]
    public async Task WaitAsync_Canceled_EndsAndHarmsNoOther()
    {
        await using IResultBackend backend = await CreateAsync();
        using CancellationTokenSource cancel = new();
        Task<ResultDocument> canceled = backend.WaitAsync("id-1", progress: null, cancel.Token).AsTask();
        Task<ResultDocument> other = WaitAsync(backend, "id-1");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled.WaitAsync(Guard));
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        Assert.Equal(4, (await other).Result);
    }

    [Fact]
    public async Task WaitAsync_BackendDisposed_Ends()
    {
        IResultBackend backend = await CreateAsync();
        Task<ResultDocument> waiting = WaitAsync(backend, "id-1");
        await backend.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    [Fact]
    public async Task ForgetAsync_Stored_IsGone()
    {
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Success("id-1", 4), Success("id-2", 5) });
        Assert.True(await backend.ForgetAsync("id-1"));
        Assert.False(await backend.ForgetAsync("id-1"));
        Assert.Null(await backend.ReadAsync("id-1"));
        Assert.Equal(5, (await backend.ReadAsync("id-2"))?.Result);
    }

    [Fact]
    public async Task ForgetAsync_AndStoredAgain_IsANewStory()
    {
        await using IResultBackend backend = await CreateAsync();
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        await backend.ForgetAsync("id-1");
        Assert.Equal([true], await backend.StoreAsync(new[] { Document("id-1", TaskState.Started) }));
        Assert.Equal(TaskState.Started, (await backend.ReadAsync("id-1"))?.State);
    }

    [Fact]
    public async Task DisposeAsync_Twice_IsLegal()
    {
        IResultBackend backend = await CreateAsync();
        await backend.DisposeAsync();
        await backend.DisposeAsync();
    }

    protected static ResultDocument Document(string taskId, TaskState state) => new()
    {
        TaskId = taskId,
        State = state,
        StateName = state.ToString().ToUpperInvariant(),
        Error = state is TaskState.Failure or TaskState.Retry or TaskState.Revoked ? new RemoteError("ValueError", ["boom"], "builtins") : null,
        Children = ImmutableArray<WireValue>.Empty,
    };

    protected static ResultDocument Success(string taskId, WireValue result) => Document(taskId, TaskState.Success) with { Result = result };

    protected static ResultDocument Progress(string taskId, int percent) => Document(taskId, TaskState.Custom) with
    {
        StateName = "PROGRESS",
        Result = new WireMap([new("percent", percent)]),
    };

    protected static Task<ResultDocument> WaitAsync(IResultBackend backend, string taskId) =>
        backend.WaitAsync(taskId, progress: null, CancellationToken.None).AsTask().WaitAsync(Guard);
}
