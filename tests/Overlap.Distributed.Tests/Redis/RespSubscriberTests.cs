using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Tests.Redis;

public sealed class RespSubscriberTests(RedisServer server)
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Dispose_ThenAnotherSubscription_ChannelIsLeftBeforeThatIsConfirmed()
    {
        string url = await server.NewDatabaseAsync();
        string channel = Guid.NewGuid().ToString("N");
        await using RespSubscriber subscriber = new(RedisUrl.Parse(url), new RedisLinkOptions(), "leaver");
        RespSubscription first = await subscriber.SubscribeAsync(channel, isPattern: false, CancellationToken.None);
        Assert.Equal(1, await ListenersAsync(url, channel));

        first.Dispose();
        using RespSubscription second = await subscriber.SubscribeAsync(channel + "-other", isPattern: false, CancellationToken.None);

        Assert.Equal(0, await ListenersAsync(url, channel));
    }

    [Fact]
    public async Task SubscribeAsync_ChannelThatWasJustLeft_IsHeard()
    {
        string url = await server.NewDatabaseAsync();
        string channel = Guid.NewGuid().ToString("N");
        await using RespSubscriber subscriber = new(RedisUrl.Parse(url), new RedisLinkOptions(), "returner");
        (await subscriber.SubscribeAsync(channel, isPattern: false, CancellationToken.None)).Dispose();
        using RespSubscription again = await subscriber.SubscribeAsync(channel, isPattern: false, CancellationToken.None);

        await RedisServer.RunAsync(url, ["PUBLISH", channel, "heard"]);

        Assert.Equal("heard"u8.ToArray(), await again.TakeAsync(CancellationToken.None).AsTask().WaitAsync(Guard));
    }

    [Fact]
    public async Task SubscribeAndReadAsync_KeyIsThere_IsReadInTheSameRoundTrip()
    {
        string url = await server.NewDatabaseAsync();
        string key = Guid.NewGuid().ToString("N");
        await RedisServer.RunAsync(url, ["SET", key, "kept"]);
        await using RespSubscriber subscriber = new(RedisUrl.Parse(url), new RedisLinkOptions(), "reader");

        (RespSubscription subscription, RespValue? read) = await subscriber.SubscribeAndReadAsync(key, CancellationToken.None);

        subscription.Dispose();
        Assert.Equal("kept", read?.AsText());
    }

    [Fact]
    public async Task WaitAsync_ServerKnowsOnlyTheOldProtocol_ReadsOverAnotherLink()
    {
        await using RedisProcess old = await RedisProcess.StartAsync("--rename-command", "HELLO", "");
        await using RedisBackend backend = new(old.Url());
        ResultDocument stored = new() { TaskId = "old", State = TaskState.Success, StateName = "SUCCESS", Result = 4 };
        await backend.StoreAsync(new[] { stored });

        ResultDocument read = await backend.WaitAsync("old", null, CancellationToken.None).AsTask().WaitAsync(Guard);

        Assert.Equal(4, read.Result);
    }

    private static async Task<long> ListenersAsync(string url, string channel) =>
        (await RedisServer.RunAsync(url, ["PUBSUB", "NUMSUB", channel]))[0].Items[1].AsInteger();
}
