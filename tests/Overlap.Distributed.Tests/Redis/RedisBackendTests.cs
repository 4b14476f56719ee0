using Overlap.Contracts;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Tests.Redis;

public sealed class RedisBackendTests(RedisServer server) : BackendContract
{
    [Fact]
    public async Task StoreAsync_Document_IsUnderCelerysKeyForADay()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBackend backend = new(url);
        await backend.StoreAsync(new[] { Success("of-a-day", 4) });
        RespValue[] replies = await RedisServer.RunAsync(url, ["GET", "celery-task-meta-of-a-day"], ["TTL", "celery-task-meta-of-a-day"]);
        Assert.StartsWith("{\"status\": \"SUCCESS\", \"result\": 4", replies[0].AsText(), StringComparison.Ordinal);
        Assert.InRange(replies[1].AsInteger(), 86_390, 86_400);
    }

    [Fact]
    public async Task StoreAsync_KeptForEver_HasNoExpiry()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBackend backend = new(url, new RedisBackendOptions { Expiry = null, KeyPrefix = "mine" });
        await backend.StoreAsync(new[] { Success("kept", 4) });
        Assert.Equal(-1, (await RedisServer.RunAsync(url, ["TTL", "mine_celery-task-meta-kept"]))[0].AsInteger());
    }

    [Fact]
    public async Task StoreAsync_Document_IsPublishedAsItIsStored()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBackend backend = new(url, new RedisBackendOptions { KeyPrefix = "published-" });
        await using RespSubscriber subscriber = new(RedisUrl.Parse(url), new RedisLinkOptions(), "stranger");
        using RespSubscription subscription = await subscriber.SubscribeAsync("published-celery-task-meta-x", isPattern: false, CancellationToken.None);
        await backend.StoreAsync(new[] { Document("x", TaskState.Started) });
        byte[]? heard = await subscription.TakeAsync(CancellationToken.None).AsTask().WaitAsync(Guard);
        Assert.Equal((await RedisServer.RunAsync(url, ["GET", "published-celery-task-meta-x"]))[0].AsBytes(), heard);
    }

    [Fact]
    public async Task WaitAsync_EndedWhileTheLinkWasLost_IsSeen()
    {
        string url = await server.NewDatabaseAsync();
        await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port);
        RedisBackendOptions options = new() { KeyPrefix = Guid.NewGuid().ToString("N") };
        await using RedisBackend far = new(proxy.Url(url), options);
        await using RedisBackend near = new(url, options);
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await near.StoreAsync(new[] { Document("x", TaskState.Started) });
        Task<ResultDocument> waiting = far.WaitAsync("x", _ => told.TrySetResult(), CancellationToken.None).AsTask();
        await told.Task.WaitAsync(Guard);
        proxy.IsOpen = false;
        proxy.CutAll();
        await near.StoreAsync(new[] { Success("x", 7) });
        proxy.IsOpen = true;
        Assert.Equal(7, (await waiting.WaitAsync(Guard)).Result);
    }

    [Fact]
    public async Task StoreAsync_NoServer_SaysSo()
    {
        RedisLinkOptions link = new() { Patience = TimeSpan.FromMilliseconds(200) };
        await using RedisBackend backend = new("redis://127.0.0.1:1/0", new RedisBackendOptions { Link = link });
        BackendException error = await Assert.ThrowsAsync<BackendException>(() => backend.StoreAsync(new[] { Success("x", 1) }).AsTask());
        Assert.True(error.IsTransient);
        Assert.StartsWith("redis://127.0.0.1:1/0 cannot be reached: ", error.Message, StringComparison.Ordinal);
    }

    protected override async ValueTask<IResultBackend> CreateAsync() =>
        new RedisBackend(await server.NewDatabaseAsync(), new RedisBackendOptions { KeyPrefix = Guid.NewGuid().ToString("N") });
}
