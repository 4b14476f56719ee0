using System.Net;
using Overlap.Executors;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Downloads a list of URLs into a folder.</summary>
internal sealed class FetchJob : TransferJob<FetchTransfer>
{
    private readonly FetchOptions _options;
    private readonly RunFolder _runFolder;

    // Written by PrepareAsync before any item, or once for a worker process.
    private TargetFolder _folder = null!;

    /// <param name="options">The settings.</param>
    /// <param name="place">Where this run puts its files.</param>
    /// <param name="resolve">Looks names up; the system's resolver by default.</param>
    public FetchJob(FetchOptions options, RunPlace place, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
        : base(options, place, resolve)
    {
        _options = options;
        _runFolder = new RunFolder(options.Folder, place);
    }

    /// <summary>Makes the job of a worker process.</summary>
    private FetchJob(FetchOptions options, TransferSeat seat, string folder)
        : base(options, seat)
    {
        _options = options;
        _runFolder = new RunFolder(options.Folder, RunPlace.AsAsked);
        _folder = TargetFolder.Join(folder, options.Folder);
    }

    /// <inheritdoc/>
    public override string Name => "fetch";

    /// <inheritdoc/>
    public override string Template => $"fetch --out {Path.GetFullPath(_options.Folder)}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> FieldNames { get; } = ["file", "httpStatus", "length", "resumed"];

    /// <inheritdoc/>
    protected override bool HasNames => true;

    /// <inheritdoc/>
    public override async ValueTask PrepareAsync(ExecutionModel model, int workers, CancellationToken cancellationToken)
    {
        await base.PrepareAsync(model, workers, cancellationToken);
        _runFolder.Claim();
        _folder = TargetFolder.Open(_runFolder.Path);
    }

    /// <inheritdoc/>
    public override Func<ItemWorker<FetchItem>> WorkerProcess(AttemptPolicy attempts, int workers)
    {
        TransferSeat seat = NewSeat(_options with { Folder = _folder.Path }, workers);
        string folder = _folder.SharedPath;
        return () => new ItemWorker<FetchItem>(new FetchJob(seat.Read<FetchOptions>(), seat, folder), attempts);
    }

    /// <inheritdoc/>
    public override FetchItem Again(FetchItem item) => item with { Again = true };

    /// <inheritdoc/>
    public override ValueTask SettleAsync(bool keep)
    {
        _runFolder.Settle(keep);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder?.Dispose();
        _runFolder.Settle(keep: false);
    }

    /// <inheritdoc/>
    protected override FetchTransfer NewTransfer(FetchItem item, HttpTransport transport, ItemClock clock) =>
        new(Engine, transport, item, clock, _folder, _options);

    /// <inheritdoc/>
    protected override async ValueTask<ItemResult> RunAsync(FetchItem item, FetchTransfer transfer, CancellationToken cancellationToken)
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
}
