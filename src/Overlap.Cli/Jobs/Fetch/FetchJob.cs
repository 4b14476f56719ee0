using System.Net;
using Overlap.Executors;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Downloads a list of URLs into a folder.</summary>
internal sealed class FetchJob : Job<FetchItem>
{
    private readonly FetchOptions _options;
    private readonly TransferEngine _engine;
    private TargetFolder? _folder;

    /// <param name="options">The settings.</param>
    /// <param name="resolve">Looks names up; the system's resolver by default.</param>
    public FetchJob(FetchOptions options, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _options = options;
        _engine = new TransferEngine(options, resolve);
    }

    /// <inheritdoc/>
    public override string Name => "fetch";

    /// <inheritdoc/>
    public override int DefaultWorkers(ExecutionModel model) => model == ExecutionModel.Inline ? 1 : _options.Workers;

    /// <inheritdoc/>
    public override ValueTask PrepareAsync(ExecutionModel model, int workers, CancellationToken cancellationToken)
    {
        _folder = TargetFolder.Open(_options.Folder);
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
    public override async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        _folder?.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Does one item with a client; with a blocking one it is done on return.</summary>
    internal async ValueTask<ItemResult> TransferAsync(FetchItem item, HttpTransport transport, CancellationToken cancellationToken)
    {
        if (ItemResults.WithoutRequest(item) is { } known)
        {
            return known;
        }

        ItemClock clock = _engine.RentClock();
        clock.Start(cancellationToken);
        FetchTransfer transfer = new(_engine, transport, item, clock, _folder!, _options);
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
                new("bytes", transfer.FileLength),
                new("status", transfer.Status),
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
