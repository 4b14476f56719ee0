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

    // Written by PrepareAsync before any item.
    private TargetFolder _folder = null!;

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
    public override int DefaultWorkers(ExecutionModel model) => model == ExecutionModel.Inline ? 1 : MostInFlight;

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
        TransferAsync(item, Worker.State<HttpTransport>(), cancellationToken).Completed();

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
        _engine.Dispose();
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
                new("file", failure is null ? transfer.FileName : null),
                new("httpStatus", transfer.Status),
                new("length", transfer.FileLength),
                new("resumed", transfer.Resumed),
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
