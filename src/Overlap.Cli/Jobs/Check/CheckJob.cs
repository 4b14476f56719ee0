using System.Net;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Jobs.Check;

/// <summary>Asks every URL of a list how it is, and stores nothing.</summary>
internal sealed class CheckJob : Job<FetchItem>
{
    private const int MostInFlight = 64;

    private readonly CheckOptions _options;
    private readonly RunPlace _place;
    private readonly TransferEngine _engine;

    // The one client of a worker process.
    private readonly HttpTransport? _own;

    // Written by WorkerProcess.
    private SharedPaces? _paces;

    /// <param name="options">The settings.</param>
    /// <param name="place">Where this run is; only that it is not the only one matters.</param>
    /// <param name="resolve">Looks names up; the system's resolver by default.</param>
    public CheckJob(CheckOptions options, RunPlace place, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _options = options;
        _place = place;
        _engine = new TransferEngine(options, resolve);
    }

    /// <summary>Makes the job of a worker process.</summary>
    private CheckJob(CheckOptions options, TransferSeat seat)
    {
        _options = options;
        _place = RunPlace.AsAsked;
        _engine = new TransferEngine(options, seat);
        _own = _engine.NewTransport(blocking: true);
    }

    /// <inheritdoc/>
    public override string Name => "check";

    /// <inheritdoc/>
    public override IReadOnlyList<string> FieldNames { get; } = ["httpStatus", "finalUrl", "redirects", "length", "httpVersion"];

    /// <inheritdoc/>
    public override bool OwnsAttempts => true;

    /// <inheritdoc/>
    public override string? LimitReached => _engine.LimitReached;

    /// <inheritdoc/>
    public override IReadOnlyList<ExecutionModel> Models { get; } =
        [ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes];

    /// <inheritdoc/>
    public override int DefaultWorkers(ExecutionModel model) => model switch
    {
        ExecutionModel.Inline => 1,
        ExecutionModel.Processes => Environment.ProcessorCount,
        _ => MostInFlight,
    };

    /// <inheritdoc/>
    /// <remarks>A worker process asks for one URL at a time, so that as many of them as one host may be asked by can never ask it by more.</remarks>
    public override int MostWorkers(ExecutionModel model) => model == ExecutionModel.Processes ? _options.PerHost : int.MaxValue;

    /// <inheritdoc/>
    public override ValueTask PrepareAsync(ExecutionModel model, int workers, CancellationToken cancellationToken) =>
        _place.OwnName is not null && _options.ReadsStandardInput
            ? throw new RunException(ExitCode.Usage, "a comparison reads the list once for every run: give it as a file, not on standard input")
            : ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override Func<object>? WorkerState(ExecutionModel model) =>
        model == ExecutionModel.Async ? null : () => _engine.NewTransport(blocking: true);

    /// <inheritdoc/>
    public override Func<ItemWorker<FetchItem>> WorkerProcess(AttemptPolicy attempts, int workers)
    {
        _paces = SharedPaces.Create();
        TransferSeat seat = TransferSeat.Of(_options, _paces, workers);
        return () => new ItemWorker<FetchItem>(new CheckJob(seat.Read<CheckOptions>(), seat), attempts);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<FetchItem> ReadItemsAsync(CancellationToken cancellationToken)
    {
        IAsyncEnumerable<FetchItem> items = new UrlList(_options, withNames: false).ReadAsync(cancellationToken);
        return _options.InterleaveHosts ? HostInterleaver.InterleaveAsync(items, cancellationToken) : items;
    }

    /// <inheritdoc/>
    public override string KeyOf(FetchItem item) => item.Uri is null ? item.Label : UrlText.Key(item.Uri);

    /// <inheritdoc/>
    public override string LabelOf(FetchItem item) => item.Label;

    /// <inheritdoc/>
    public override ItemResult Execute(FetchItem item, CancellationToken cancellationToken) =>
        TransferAsync(item, _own ?? Worker.State<HttpTransport>(), cancellationToken).Completed();

    /// <inheritdoc/>
    public override ValueTask<ItemResult> ExecuteAsync(FetchItem item, CancellationToken cancellationToken) =>
        TransferAsync(item, _engine.Shared, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _own?.Dispose();
        _engine.Dispose();
        _paces?.Dispose();
        await base.DisposeAsync();
    }

    private async ValueTask<ItemResult> TransferAsync(FetchItem item, HttpTransport transport, CancellationToken cancellationToken)
    {
        if (ItemResults.WithoutRequest(item) is { } known)
        {
            return known;
        }

        ItemClock clock = _engine.RentClock();
        clock.Start(cancellationToken);
        CheckTransfer transfer = new(_engine, transport, item, clock, _options.Accept);
        try
        {
            FetchFailure? failure = await transfer.RunAsync(cancellationToken);
            return ItemResults.Of(item, transfer, failure, skipReason: null,
            [
                ItemField.Of("httpStatus", transfer.Status),
                ItemField.Of("finalUrl", UrlText.Label(transfer.FinalUri)),
                ItemField.Of("redirects", transfer.Redirects),
                ItemField.Of("length", transfer.Length),
                ItemField.Of("httpVersion", transfer.HttpVersion?.ToString()),
            ]);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ItemResults.NotDone(item, transfer);
        }
        finally
        {
            _engine.ReturnClock(clock);
        }
    }
}
