using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Hosting;
using Overlap.Distributed.Sqlite;

[assembly: Transport(typeof(SqliteTransport))]

namespace Overlap.Distributed.Sqlite;

/// <summary>Makes what a URL of a file stands for.</summary>
internal sealed class SqliteTransport : Transport
{
    public override IBroker CreateBroker(string url, TransportSettings settings) => new SqliteBroker(OptionsOf(url, settings));

    public override IResultBackend CreateBackend(string url, TransportSettings settings) => new SqliteBackend(OptionsOf(url, settings));

    public override string? FileOf(string url) => SqliteOptions.FromUrl(url).Path;

    private static SqliteOptions OptionsOf(string url, TransportSettings settings)
    {
        SqliteOptions options = SqliteOptions.FromUrl(url);
        return settings.Patience is { } patience ? options with { BusyTimeout = patience } : options;
    }
}
