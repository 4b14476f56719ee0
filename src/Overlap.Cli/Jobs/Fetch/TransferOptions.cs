using System.Text.Json.Serialization;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>What <c>fetch</c> and <c>check</c> have in common: where the URLs come from and how politely they are asked.</summary>
internal abstract record TransferOptions
{
    /// <summary>URLs given as arguments; they come before those of <see cref="InputFile"/>.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>A file with one URL per line, <c>-</c> for standard input, or <see langword="null"/>.</summary>
    public string? InputFile { get; init; }

    /// <summary>What <c>-</c> reads from.</summary>
    [JsonIgnore]
    public Stream StandardInput { get; init; } = Stream.Null;

    /// <summary>Whether the list comes from standard input, which can be read once.</summary>
    [JsonIgnore]
    public bool ReadsStandardInput => InputFile == "-" || Urls.Contains("-");

    /// <summary>Whether URLs in the input end with NUL instead of a line end.</summary>
    public bool NulSeparated { get; init; }

    /// <summary>Whether neighbours in the list may change places so that hosts take turns. Default: yes; not with <c>--keep-order</c>.</summary>
    public bool InterleaveHosts { get; init; } = true;

    /// <summary>Requests in flight to one host. Unit: requests, at least 1. Default: 6.</summary>
    public int PerHost { get; init => field = AtLeast(1, value); } = 6;

    /// <summary>
    /// Whether the number of requests in flight to a host is found by how it answers, up to <see cref="MostPerHost"/>; in worker processes, which
    /// cannot find it together, <see cref="PerHost"/> holds all the same. Default: no.
    /// </summary>
    public bool AdaptsPerHost { get; init; }

    /// <summary>The most requests in flight to one host when their number is found. Unit: requests, at least 1. Default: 64.</summary>
    public int MostPerHost { get; init => field = AtLeast(1, value); } = 64;

    /// <summary>The most requests started at one host. Unit: requests per second; 0 is no limit. Default: 0.</summary>
    public double RatePerHost { get; init => field = value >= 0 && double.IsFinite(value) ? value : throw Invalid(nameof(RatePerHost)); }

    /// <summary>More attempts after a failed one. Default: 3.</summary>
    public int Retries { get; init => field = AtLeast(0, value); } = 3;

    /// <summary>The wait before the first retry; it doubles with each, with jitter. Default: 0.5 s.</summary>
    public TimeSpan RetryDelay { get; init => field = Positive(value); } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two attempts that is our own choice. Default: 30 s.</summary>
    public TimeSpan RetryDelayMax { get; init => field = Positive(value); } = TimeSpan.FromSeconds(30);

    /// <summary>The longest <c>Retry-After</c> that is waited for; a server that asks for more fails the item. Default: 120 s.</summary>
    public TimeSpan RetryAfterMax { get; init => field = NotNegative(value); } = TimeSpan.FromSeconds(120);

    /// <summary>Redirects followed. Default: 10.</summary>
    public int MaxRedirects { get; init => field = AtLeast(0, value); } = 10;

    /// <summary>The time for one connection: name, connect, TLS. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait for the headers, and for each further KiB of the body. Default: 30 s.</summary>
    public TimeSpan IdleTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(30);

    /// <summary>The time for one attempt, or <see langword="null"/> for no limit.</summary>
    public TimeSpan? AttemptTimeout { get; init => field = value is null ? null : Positive(value.Value); }

    /// <summary>The time for one item with all its retries, or <see langword="null"/> for no limit.</summary>
    public TimeSpan? MaxTime { get; init => field = value is null ? null : Positive(value.Value); }

    /// <summary>The most decoded bytes of one body. Unit: bytes.</summary>
    public long MaxSize { get; init => field = value > 0 ? value : throw Invalid(nameof(MaxSize)); } = 1L << 30;

    /// <summary>Whether addresses that are not public are refused, whatever name led to them.</summary>
    public bool DenyPrivate { get; init; }

    /// <summary>Headers sent with every request to the host of the URL itself; never to a host that a redirect chose.</summary>
    public IReadOnlyList<RequestHeader> Headers { get; init; } = [];

    /// <summary>Whether the proxy of the environment is used. Default: yes, but never with <see cref="DenyPrivate"/>.</summary>
    public bool UseProxy { get; init; } = true;

    /// <summary>The clock. Default: the system's.</summary>
    [JsonIgnore]
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    private static int AtLeast(int least, int value) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"must be at least {least}");

    private static TimeSpan Positive(TimeSpan value) =>
        value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "must be longer than nothing");

    private static TimeSpan NotNegative(TimeSpan value) =>
        value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "must not be negative");

    private static ArgumentOutOfRangeException Invalid(string name) => new(name);
}
