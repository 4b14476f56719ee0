using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Sqlite;

/// <summary>Which file, and how it is used. A broker and a backend of one file and one clock in one process share its connections.</summary>
public sealed record SqliteOptions
{
    private const string Scheme = "sqlite://";

    /// <summary>The file's path; a relative one is relative to the current folder. It is made if it is not there, its folder is not.</summary>
    public required string Path { get; init => field = Guard.NotEmpty(value); }

    /// <summary>
    /// How long a message stays with a holder who died or stands still; who lives renews it three times in that time. At least a second.
    /// Default: 30 seconds.
    /// </summary>
    public TimeSpan Lease { get; init => field = Guard.AtLeast(TimeSpan.FromSeconds(1), value); } = TimeSpan.FromSeconds(30);

    /// <summary>How long a result is kept after it was stored last. Default: a day.</summary>
    public TimeSpan ResultExpiry { get; init => field = Guard.Positive(value); } = TimeSpan.FromDays(1);

    /// <summary>How long to wait while another program writes, before the file counts as locked. Unit: whole milliseconds. Default: 5 seconds.</summary>
    public TimeSpan BusyTimeout { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromSeconds(5);

    /// <summary>The limits that results are read under.</summary>
    public ProtocolLimits Limits { get; init => field = Guard.NotNull(value); } = ProtocolLimits.Default;

    /// <summary>The clock of leases, of messages that are put aside, and of the expiry. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init => field = Guard.NotNull(value); } = TimeProvider.System;

    /// <summary>Reads <c>sqlite:///relative.db</c> or <c>sqlite:////absolute.db</c>.</summary>
    /// <param name="url">The URL; what is not plain in a path is percent-encoded.</param>
    /// <exception cref="FormatException">It is no such URL.</exception>
    public static SqliteOptions FromUrl(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"'{url}' does not begin with '{Scheme}'.");
        }

        string rest = url[Scheme.Length..];
        if (!rest.StartsWith('/') || rest.Length == 1 || rest.EndsWith('/'))
        {
            throw new FormatException($"'{url}' names no file: write sqlite:///relative.db or sqlite:////absolute.db.");
        }

        if (rest.AsSpan().ContainsAny('?', '#') || rest == "/:memory:")
        {
            throw new FormatException($"'{url}' is no file: a SQLite queue is a file without further parameters.");
        }

        return new SqliteOptions { Path = Uri.UnescapeDataString(rest[1..]) };
    }
}
