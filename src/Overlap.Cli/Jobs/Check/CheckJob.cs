using System.Net;
using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Jobs.Check;

/// <summary>Asks every URL of a list how it is, and stores nothing.</summary>
internal sealed class CheckJob : TransferJob<CheckTransfer>
{
    private readonly CheckOptions _options;

    /// <param name="options">The settings.</param>
    /// <param name="place">Where this run is; only that it is not the only one matters.</param>
    /// <param name="resolve">Looks names up; the system's resolver by default.</param>
    public CheckJob(CheckOptions options, RunPlace place, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
        : base(options, place, resolve) => _options = options;

    /// <summary>Makes the job of a worker process.</summary>
    private CheckJob(CheckOptions options, TransferSeat seat)
        : base(options, seat) => _options = options;

    /// <inheritdoc/>
    public override string Name => "check";

    /// <inheritdoc/>
    public override IReadOnlyList<string> FieldNames { get; } = ["httpStatus", "finalUrl", "redirects", "length", "httpVersion"];

    /// <inheritdoc/>
    protected override bool HasNames => false;

    /// <inheritdoc/>
    public override Func<ItemWorker<FetchItem>> WorkerProcess(AttemptPolicy attempts, int workers)
    {
        TransferSeat seat = NewSeat(_options, workers);
        return () => new ItemWorker<FetchItem>(new CheckJob(seat.Read<CheckOptions>(), seat), attempts);
    }

    /// <inheritdoc/>
    protected override CheckTransfer NewTransfer(FetchItem item, HttpTransport transport, ItemClock clock) =>
        new(Engine, transport, item, clock, _options.Accept);

    /// <inheritdoc/>
    protected override async ValueTask<ItemResult> RunAsync(FetchItem item, CheckTransfer transfer, CancellationToken cancellationToken)
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
}
