using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Tests.Redis;

public sealed class RedisUrlTests
{
    [Theory]
    [InlineData("redis://", "redis://localhost:6379/0")]
    [InlineData("redis://host", "redis://host:6379/0")]
    [InlineData("redis://host:7000/3", "redis://host:7000/3")]
    [InlineData("redis://:secret@host/1", "redis://host:6379/1")]
    [InlineData("redis://secret@host/1", "redis://host:6379/1")]
    [InlineData("redis://me:secret@host/1", "redis://me@host:6379/1")]
    [InlineData("rediss://host?ssl_cert_reqs=none", "rediss://host:6379/0")]
    [InlineData("redis://[::1]:7000/2", "redis://[::1]:7000/2")]
    [InlineData("redis://host?db=5", "redis://host:6379/5")]
    [InlineData("unix:///run/redis.sock?db=2", "unix:///run/redis.sock/2")]
    [InlineData("redis+socket:///run/redis.sock?virtual_host=2", "unix:///run/redis.sock/2")]
    [InlineData("sentinel://a;sentinel://b:7000/1?master_name=main", "sentinel://a:26379;b:7000/1?master_name=main")]
    public void Parse_Url_IsUnderstood(string url, string address) => Assert.Equal(address, RedisUrl.Parse(url).Address);

    [Theory]
    [InlineData("host:6379", "does not begin with")]
    [InlineData("reddis://host", "'reddis://'")]
    [InlineData("redis://host:port", "'port' is no port")]
    [InlineData("redis://host:70000", "'70000' is no port")]
    [InlineData("redis://host/zero", "'zero' is no number of a database")]
    [InlineData("redis://host/-1", "'-1' is no number")]
    [InlineData("redis://host/0?ssl=yes", "the option 'ssl' is not known")]
    [InlineData("rediss://host?ssl_cert_reqs=maybe", "ssl_cert_reqs is 'maybe'")]
    [InlineData("redis://ho st", "white space")]
    [InlineData("redis://a;b", "several servers")]
    [InlineData("sentinel://a", "master_name")]
    [InlineData("redis://a?master_name=x", "master_name is for sentinel")]
    [InlineData("unix://run/redis.sock", "does not begin with /")]
    [InlineData("redis://[::1", "is no host")]
    public void Parse_Typo_IsOneLineThatNamesIt(string url, string part)
    {
        FormatException error = Assert.Throws<FormatException>(() => RedisUrl.Parse(url));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Parse_Login_IsUnescaped()
    {
        RedisUrl url = RedisUrl.Parse("redis://a%40b:p%2Fw%3A%40@host/0");
        Assert.Equal(("a@b", "p/w:@"), (url.User, url.Password));
    }

    [Theory]
    [InlineData("redis://me:canary@host:port")]
    [InlineData("redis://me:canary@host/db")]
    [InlineData("redis://canary@ho*st")]
    [InlineData("sentinel://me:canary@a")]
    public void Parse_Typo_DoesNotTellThePassword(string url) =>
        Assert.DoesNotContain("canary", Assert.Throws<FormatException>(() => RedisUrl.Parse(url)).Message, StringComparison.Ordinal);

    [Fact]
    public void ToString_OfAUrlWithAPassword_DoesNotTellIt() => Assert.DoesNotContain("canary", $"{RedisUrl.Parse("redis://me:canary@host")}", StringComparison.Ordinal);
}
