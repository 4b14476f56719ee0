using System.Net;
using System.Net.Sockets;
using System.Text;
using Overlap.Distributed.Redis.Resp;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Redis;

public sealed class RespConnectionTests : IAsyncLifetime
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    private readonly VirtualTimeProvider _clock = new();
    private Socket _server = null!;
    private RespConnection _connection = null!;

    public async ValueTask InitializeAsync()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Socket client = new(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        _server = await listener.AcceptSocketAsync();
        _connection = new RespConnection(new NetworkStream(client, ownsSocket: true), new RespConnectionOptions { TimeProvider = _clock });
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task ExecuteAsync_Several_GetTheirRepliesInOrder()
    {
        Task<RespValue[]> first = _connection.ExecuteAsync(Batch("GET", 2));
        Task<RespValue[]> second = _connection.ExecuteAsync(Batch("PING", 1));
        await SayAsync(":1\r\n:2\r\n:3\r\n");
        Assert.Equal([1, 2], (await first.WaitAsync(Guard)).Select(static reply => reply.AsInteger()));
        Assert.Equal([3], (await second.WaitAsync(Guard)).Select(static reply => reply.AsInteger()));
    }

    [Fact]
    public async Task ExecuteAsync_Refused_IsAReplyWithItsFirstWord()
    {
        Task<RespValue[]> execution = _connection.ExecuteAsync(Batch("GET", 1));
        await SayAsync("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
        RespValue reply = (await execution.WaitAsync(Guard))[0];
        Assert.Equal("WRONGTYPE", Assert.Throws<RespErrorException>(() => reply.OrThrow()).Code);
    }

    [Fact]
    public async Task ExecuteAsync_LinkEndsBeforeTheReply_NobodyKnows()
    {
        Task<RespValue[]> execution = _connection.ExecuteAsync(Batch("LPUSH", 1));
        await HearAsync();
        _server.Close(0);
        Assert.True((await Assert.ThrowsAsync<RespLinkException>(() => execution.WaitAsync(Guard))).WasSent);
    }

    [Fact]
    public async Task ExecuteAsync_LinkHasEnded_NothingWasSent()
    {
        _server.Close(0);
        await _connection.Ended.WaitAsync(Guard);
        Assert.False((await Assert.ThrowsAsync<RespLinkException>(() => _connection.ExecuteAsync(Batch("LPUSH", 1)))).WasSent);
    }

    [Fact]
    public async Task ExecuteAsync_HalfOfTheReplies_FailsWhole()
    {
        Task<RespValue[]> execution = _connection.ExecuteAsync(Batch("GET", 2));
        await SayAsync(":1\r\n");
        _server.Close(0);
        await Assert.ThrowsAsync<RespLinkException>(() => execution.WaitAsync(Guard));
    }

    [Theory]
    [InlineData("hello\r\n")]
    [InlineData(":1\r\n")]
    public async Task Ended_GarbageOrAReplyToNobody_EndsTheLink(string said)
    {
        await SayAsync(said);
        Assert.IsType<RespProtocolException>(await _connection.Ended.WaitAsync(Guard));
    }

    [Fact]
    public void Ended_SilenceOnAnIdleLink_IsNoticedWithinFifteenSeconds()
    {
        AdvanceSeconds(15);
        Assert.True(_connection.Ended.IsCompleted);
    }

    [Fact]
    public async Task Ended_SilenceThoughAReplyIsAwaited_IsNoticedAndNobodyKnows()
    {
        Task<RespValue[]> execution = _connection.ExecuteAsync(Batch("LPUSH", 1));
        AdvanceSeconds(15);
        Assert.True((await Assert.ThrowsAsync<RespLinkException>(() => execution.WaitAsync(Guard))).WasSent);
    }

    [Fact]
    public async Task Ended_IdleLinkThatAnswersPings_Lives()
    {
        for (int round = 0; round < 4; round++)
        {
            AdvanceSeconds(6);
            Assert.Equal("*1\r\n$4\r\nPING\r\n", await HearAsync());
            Task<RespValue[]> behind = _connection.ExecuteAsync(Batch("GET", 1));
            await HearAsync();
            await SayAsync("+PONG\r\n:1\r\n");
            await behind.WaitAsync(Guard);
        }

        Assert.True(_connection.IsAlive);
    }

    [Fact]
    public async Task ExecuteAsync_MoreThanTheSocketTakes_ArrivesWhole()
    {
        byte[] large = new byte[8 * 1024 * 1024];
        new Random(1).NextBytes(large);
        RespBatch batch = new();
        batch.Add("SET", "key", large);
        Task<RespValue[]> execution = _connection.ExecuteAsync(batch);
        byte[] expected = batch.Bytes.ToArray();
        byte[] heard = new byte[expected.Length];
        for (int at = 0; at < heard.Length;)
        {
            at += await _server.ReceiveAsync(heard.AsMemory(at));
        }

        Assert.Equal(expected, heard);
        await SayAsync("+OK\r\n");
        await execution.WaitAsync(Guard);
    }

    private static RespBatch Batch(string command, int count)
    {
        RespBatch batch = new();
        for (int number = 0; number < count; number++)
        {
            batch.Add(command);
        }

        return batch;
    }

    private void AdvanceSeconds(int seconds)
    {
        for (int second = 0; second < seconds; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task SayAsync(string text) => await _server.SendAsync(Encoding.UTF8.GetBytes(text));

    private async Task<string> HearAsync()
    {
        byte[] buffer = new byte[1000];
        int heard = await _server.ReceiveAsync(buffer).WaitAsync(Guard);
        return Encoding.UTF8.GetString(buffer, 0, heard);
    }
}
