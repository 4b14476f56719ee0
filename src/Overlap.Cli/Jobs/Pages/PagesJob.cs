using System.Globalization;
using System.Net;
using Overlap.Cli.Sites;
using Overlap.Executors;

namespace Overlap.Cli.Jobs.Pages;

/// <summary>The I/O-bound classic: so many pages from a site that takes its time.</summary>
/// <remarks>
/// Each model does it as its users would: a blocking client per worker inline, on threads and in processes, one shared client for asynchronous calls.
/// </remarks>
internal sealed class PagesJob(PagesOptions options, TimeProvider timeProvider) : Job<int>
{
    // As the classic program has it, so that its figures can be compared.
    private const int ClassicThreads = 5;
    private const int MostInFlight = 1_000;

    // Written by PrepareAsync before any item, or once for a worker process.
    private TestSite? _site;
    private HttpClient? _shared;
    private Uri _address = options.Site!;

    public override string Name => "pages";

    public override IReadOnlyList<string> FieldNames { get; } = ["httpStatus", "bytes"];

    public override long? ItemCount => options.Count;

    public override IReadOnlyList<ExecutionModel> Models { get; } =
        [ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes];

    public override int DefaultWorkers(ExecutionModel model) => model switch
    {
        ExecutionModel.Inline => 1,
        ExecutionModel.Threads => ClassicThreads,
        ExecutionModel.Processes => Environment.ProcessorCount,
        _ => Math.Clamp(options.Count, 1, MostInFlight),
    };

    public override async ValueTask PrepareAsync(ExecutionModel model, int workers, CancellationToken cancellationToken)
    {
        if (options.Site is null)
        {
            _site = await TestSite.StartAsync(new SiteOptions { Delay = options.Delay }, timeProvider, cancellationToken);
            _address = _site.Address;
        }

        if (model == ExecutionModel.Async)
        {
            _shared = CreateClient();
        }
    }

    public override Func<object>? WorkerState(ExecutionModel model) => model == ExecutionModel.Async ? null : CreateClient;

    public override Func<ItemWorker<int>> WorkerProcess(AttemptPolicy attempts, int workers)
    {
        PagesOptions known = options with { Site = _address };
        return () => new ItemWorker<int>(new PagesJob(known, TimeProvider.System) { _shared = CreateClient() }, attempts);
    }

    public override IAsyncEnumerable<int> ReadItemsAsync(CancellationToken cancellationToken) =>
        Enumerable.Range(0, options.Count).ToAsyncEnumerable();

    public override string KeyOf(int item) => LabelOf(item);

    public override string LabelOf(int item) => string.Create(CultureInfo.InvariantCulture, $"/{item}");

    public override ItemResult Execute(int item, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = RequestFor(item);
        try
        {
            using HttpResponseMessage response = (_shared ?? Worker.State<HttpClient>()).Send(request, cancellationToken);
            using Stream body = response.Content.ReadAsStream(cancellationToken);
            return ResultOf(item, response.StatusCode, body.Length);
        }
        catch (HttpRequestException exception)
        {
            return FailureOf(item, exception);
        }
    }

    public override async ValueTask<ItemResult> ExecuteAsync(int item, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = RequestFor(item);
        try
        {
            using HttpResponseMessage response = await _shared!.SendAsync(request, cancellationToken);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return ResultOf(item, response.StatusCode, body.Length);
        }
        catch (HttpRequestException exception)
        {
            return FailureOf(item, exception);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        _shared?.Dispose();
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    private static HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        // The site is on loopback: no proxy, no cookies, no trace headers.
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
    })
    {
        // Time limits are the runner's: --timeout.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private HttpRequestMessage RequestFor(int item) => new(HttpMethod.Get, new Uri(_address, LabelOf(item)));

    private ItemResult ResultOf(int item, HttpStatusCode status, long bytes) => new()
    {
        Item = LabelOf(item),
        Status = status == HttpStatusCode.OK ? ItemStatus.Succeeded : ItemStatus.Failed,
        Message = status == HttpStatusCode.OK ? null : $"the site answered {(int)status}",
        ErrorKind = status == HttpStatusCode.OK ? null : (int)status >= 500 ? "http-5xx" : "http-4xx",
        BytesReceived = bytes,
        WasRefused = status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable,
        Host = _address.Host,
        Fields = [ItemField.Of("httpStatus", (int)status), ItemField.Of("bytes", bytes)],
    };

    private ItemResult FailureOf(int item, HttpRequestException exception) => new()
    {
        Item = LabelOf(item),
        Status = ItemStatus.Failed,
        Message = exception.Message,
        ErrorKind = "connect",
        Host = _address.Host,
    };
}
