using Overlap.Distributed.Sqlite;

namespace Overlap.Distributed.Tests.Sqlite;

public sealed class SqliteOptionsTests
{
    [Theory]
    [InlineData("sqlite:///overlap.db", "overlap.db")]
    [InlineData("sqlite:///data/overlap.db", "data/overlap.db")]
    [InlineData("sqlite:////var/lib/overlap.db", "/var/lib/overlap.db")]
    [InlineData("SQLite:///overlap.db", "overlap.db")]
    [InlineData("sqlite:///my%20queue%3F.db", "my queue?.db")]
    public void FromUrl_Url_NamesTheFile(string url, string path) => Assert.Equal(path, SqliteOptions.FromUrl(url).Path);

    [Theory]
    [InlineData("overlap.db")]
    [InlineData("redis://localhost")]
    [InlineData("sqlite:overlap.db")]
    [InlineData("sqlite://overlap.db")]
    [InlineData("sqlite://")]
    [InlineData("sqlite:///")]
    [InlineData("sqlite:////")]
    [InlineData("sqlite:////var/lib/")]
    [InlineData("sqlite:///overlap.db?mode=ro")]
    [InlineData("sqlite:///:memory:")]
    public void FromUrl_NoFile_SaysWhy(string url) =>
        Assert.Contains($"'{url}'", Assert.Throws<FormatException>(() => SqliteOptions.FromUrl(url)).Message, StringComparison.Ordinal);

    [Fact]
    public void Lease_BelowASecond_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new SqliteOptions { Path = "a.db", Lease = TimeSpan.FromMilliseconds(999) });
}
