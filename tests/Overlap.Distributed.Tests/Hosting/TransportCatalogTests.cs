using Overlap.Distributed.Brokers;
using Overlap.Distributed.Hosting;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Sqlite;

namespace Overlap.Distributed.Tests.Hosting;

public sealed class TransportCatalogTests
{
    [Theory]
    [InlineData("sqlite:///q.db", typeof(SqliteBroker))]
    [InlineData("redis://localhost", typeof(RedisBroker))]
    [InlineData("rediss://localhost", typeof(RedisBroker))]
    [InlineData("unix:///run/redis.sock", typeof(RedisBroker))]
    [InlineData("redis+socket:///run/redis.sock", typeof(RedisBroker))]
    [InlineData("sentinel://localhost?master_name=x", typeof(RedisBroker))]
    public async Task Find_KnownScheme_MakesItsBroker(string url, Type type)
    {
        await using IBroker broker = TransportCatalog.Find(url).CreateBroker(url, new TransportSettings());

        Assert.IsType(type, broker);
    }

    [Theory]
    [InlineData("amqp://user:secret@localhost")]
    [InlineData("user:secret@localhost")]
    [InlineData("")]
    public void Find_UnknownScheme_IsRefusedWithoutThePassword(string url) =>
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => TransportCatalog.Find(url)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("sqlite:///q.db", "q.db")]
    [InlineData("sqlite:////dir/q.db", "/dir/q.db")]
    [InlineData("redis://localhost", null)]
    public void FileOf_AnyUrl_OnlyFilesHaveOne(string url, string? expected)
    {
        string? file = TransportCatalog.Find(url).FileOf(url);

        Assert.Equal(expected is null ? null : Path.GetFullPath(expected), file is null ? null : Path.GetFullPath(file));
    }
}
