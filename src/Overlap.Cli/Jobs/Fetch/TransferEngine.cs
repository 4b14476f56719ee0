using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Overlap.Cli.Arguments;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>What all transfers of a run share: options, gates, retry policy, clocks, and the client of the asynchronous model.</summary>
internal sealed class TransferEngine : IDisposable
{
    private readonly Connector _connector;
    private readonly ConcurrentQueue<ItemClock> _clocks = new();
    private readonly SharedPaces? _joined;
    private HttpTransport? _shared;

    /// <param name="options">The settings.</param>
    /// <param name="resolve">Looks names up; the system's resolver by default.</param>
    public TransferEngine(TransferOptions options, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
        : this(options, resolve, null, workers: 1)
    {
    }

    /// <summary>Makes the engine of one worker process of several.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="seat">What it shares with the others.</param>
    public TransferEngine(TransferOptions options, TransferSeat seat)
        : this(options, null, SharedPaces.Join(seat.Paces), seat.Workers)
    {
    }

    private TransferEngine(TransferOptions options, Func<string, CancellationToken, Task<IPAddress[]>>? resolve, SharedPaces? joined, int workers)
    {
        Options = options;
        Budget = new RetryBudget(workers);
        Retry = new RetryPolicy(options, Budget);
        Gates = options.AdaptsPerHost && joined is null
            ? HostGates.Adaptive(options.MostPerHost, options.RatePerHost, options.TimeProvider)
            : new HostGates(options.PerHost, options.RatePerHost, options.TimeProvider, joined);
        _joined = joined;
        _connector = new Connector(options, resolve);
    }

    public TransferOptions Options { get; }

    public HostGates Gates { get; }

    public RetryPolicy Retry { get; }

    public RetryBudget Budget { get; }

    /// <summary>The limit per host that items had to wait for, or <see langword="null"/>.</summary>
    public string? LimitReached { get; private set; }

    /// <summary>The one client that all asynchronous calls share.</summary>
    public HttpTransport Shared => LazyInitializer.EnsureInitialized(ref _shared, () => NewTransport(blocking: false));

    /// <summary>Makes the client of one blocking worker.</summary>
    public HttpTransport NewTransport(bool blocking) => new(Options, _connector, blocking);

    /// <summary>Notes that an item had to wait for a place at its host.</summary>
    public void NoteLimit() => LimitReached ??= Options.RatePerHost > 0
        ? string.Create(CultureInfo.InvariantCulture, $"--rate {Options.RatePerHost}/s, --per-host {PerHostText}")
        : $"--per-host {PerHostText}";

    private string PerHostText => Options.AdaptsPerHost ? WorkerCount.AutoName : Options.PerHost.ToString(CultureInfo.InvariantCulture);

    /// <summary>Takes a clock.</summary>
    public ItemClock RentClock() => _clocks.TryDequeue(out ItemClock? clock) ? clock : new ItemClock(Options);

    /// <summary>Gives a clock back.</summary>
    public void ReturnClock(ItemClock clock)
    {
        if (clock.TryReset())
        {
            _clocks.Enqueue(clock);
        }
        else
        {
            clock.Dispose();
        }
    }

    /// <summary>Makes the request that every hop of a transfer begins with.</summary>
    /// <param name="method">What is asked.</param>
    /// <param name="uri">Of whom.</param>
    /// <param name="given">The URL of the list: its credentials and the user's headers go to its own host, and nowhere else.</param>
    public HttpRequestMessage NewRequest(HttpMethod method, Uri uri, Uri given)
    {
        HttpRequestMessage request = new(method, uri);
        bool own = ReferenceEquals(uri, given)
            || (uri.Host == given.Host && uri.Port == given.Port && uri.Scheme == given.Scheme);
        if (own)
        {
            if (given.UserInfo.Length > 0)
            {
                string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(given.UserInfo)));
                request.Headers.TryAddWithoutValidation("Authorization", $"Basic {credentials}");
            }

            foreach (RequestHeader header in Options.Headers)
            {
                if (header.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
                {
                    request.Headers.Remove(header.Name);
                }

                request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }
        }

        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        if (!request.Headers.NonValidated.Contains("User-Agent"))
        {
            request.Headers.TryAddWithoutValidation("User-Agent", "overlap");
        }

        return request;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _shared?.Dispose();
        while (_clocks.TryDequeue(out ItemClock? clock))
        {
            clock.Dispose();
        }

        _joined?.Dispose();
    }
}
