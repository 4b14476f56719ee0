using System.Net;
using Overlap.Executors;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Downloads a list of URLs into a folder.</summary>
internal sealed class FetchJob : Job<FetchItem>
{
    private const int MostInFlight = 64;

    private readonly FetchOptions _options;
    private readonly RunPlace _place;
    private readonly TransferEngine _engine;
    private readonly RunFolder _runFolder;

    // The one client of a worker process.
    private readonly HttpTransport? _own;

    // Written by PrepareAsync before any item, or once for a worker process.
    private TargetFolder _folder = null!;

    // Written by WorkerProcess.
    private SharedPaces? _paces;

    /// <param name="options">The settings.</param>
    /// <param name="place">Where this run puts its files.</param>
    /// <param name="resolve">Looks names up; the system's resolver by default.</param>
    public FetchJob(FetchOptions options, RunPlace place, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _options = options;
        _place = place;
        _engine = new TransferEngine(options, resolve);
        _runFolder = new RunFolder(options.Folder, place);
    }

    /// <summary>Makes the job of a worker process.</summary>
    private FetchJob(FetchOptions options, TransferSeat seat, string folder)
    {
        _options = options;
        _place = RunPlace.AsAsked;
        _engine = new TransferEngine(options, seat);
        _own = _engine.NewTransport(blocking: true);
        _runFolder = new RunFolder(options.Folder, _place);
        _folder = TargetFolder.Join(folder, options.Folder);
    }

    /// <inheritdoc/>
    public override string Name => "fetch";

    /// <inheritdoc/>
    public override string Template => $"fetch --out {Path.GetFullPath(_options.Folder)}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> FieldNames { get; } = ["file", "httpStatus", "length", "resumed"];

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
    public override ValueTask PrepareAsync(ExecutionModel model, int workers, CancellationToken cancellationToken)
    {
        if (_place.OwnName is not null && _options.ReadsStandardInput)
        {
            throw new RunException(ExitCode.Usage, "a comparison reads the list once for every run: give it as a file, not on standard input");
        }

        _runFolder.Claim();
        _folder = TargetFolder.Open(_runFolder.Path);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Func<object>? WorkerState(ExecutionModel model) =>
        model == ExecutionModel.Async ? null : () => _engine.NewTransport(blocking: true);

    /// <inheritdoc/>
    public override Func<ItemWorker<FetchItem>> WorkerProcess(AttemptPolicy attempts, int workers)
    {
        _paces = SharedPaces.Create();
        TransferSeat seat = TransferSeat.Of(_options with { Folder = _folder.Path }, _paces, workers);
        string folder = _folder.SharedPath;
        return () => new ItemWorker<FetchItem>(new FetchJob(seat.Read<FetchOptions>(), seat, folder), attempts);
    }

    /// <inheritdoc/>
    public override FetchItem Again(FetchItem item) => item with { Again = true };

    /// <inheritdoc/>
    public override IAsyncEnumerable<FetchItem> ReadItemsAsync(CancellationToken cancellationToken)
    {
        IAsyncEnumerable<FetchItem> items = new UrlList(_options, withNames: true).ReadAsync(cancellationToken);
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
    public override ValueTask SettleAsync(bool keep)
    {
        _runFolder.Settle(keep);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _own?.Dispose();
        _engine.Dispose();
        _paces?.Dispose();
        _folder?.Dispose();
        _runFolder.Settle(keep: false);
        await base.DisposeAsync();
    }

    /// <summary>Does one item with a client; with a blocking one it is done on return.</summary>
    private async ValueTask<ItemResult> TransferAsync(FetchItem item, HttpTransport transport, CancellationToken cancellationToken)
    {
        if (ItemResults.WithoutRequest(item) is { } known)
        {
            return known;
        }

        ItemClock clock = _engine.RentClock();
        clock.Start(cancellationToken);
        FetchTransfer transfer = new(_engine, transport, item, clock, _folder, _options);
        try
        {
            FetchFailure? failure = transfer.Prepare();
            if (failure is null && transfer.SkipReason is null)
            {
                failure = await transfer.RunAsync(cancellationToken);
            }

            return ItemResults.Of(item, transfer, failure, transfer.SkipReason,
            [
                ItemField.Of("file", failure is null ? transfer.FileName : null),
                ItemField.Of("httpStatus", transfer.Status),
                ItemField.Of("length", transfer.FileLength),
                ItemField.Of("resumed", transfer.Resumed),
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
