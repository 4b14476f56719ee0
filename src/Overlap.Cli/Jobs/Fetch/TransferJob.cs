using System.Net;
using Overlap.Executors;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>A job whose items are URLs: how they are read and asked for, whatever is made of the answers.</summary>
/// <typeparam name="TTransfer">What asks for one of them.</typeparam>
internal abstract class TransferJob<TTransfer> : Job<FetchItem>
    where TTransfer : Transfer
{
    private const int MostInFlight = 64;

    private readonly TransferOptions _options;
    private readonly RunPlace _place;

    // The one client of a worker process.
    private readonly HttpTransport? _own;

    // Written by NewSeat.
    private SharedPaces? _paces;

    /// <summary>Makes the job of a run.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="place">Where this run puts its files, if it makes any.</param>
    /// <param name="resolve">Looks names up; <see langword="null"/> for the system's resolver.</param>
    protected TransferJob(TransferOptions options, RunPlace place, Func<string, CancellationToken, Task<IPAddress[]>>? resolve)
    {
        _options = options;
        _place = place;
        Engine = new TransferEngine(options, resolve);
    }

    /// <summary>Makes the job of a worker process.</summary>
    protected TransferJob(TransferOptions options, TransferSeat seat)
    {
        _options = options;
        _place = RunPlace.AsAsked;
        Engine = new TransferEngine(options, seat);
        _own = Engine.NewTransport(blocking: true);
    }

    /// <inheritdoc/>
    public override bool OwnsAttempts => true;

    /// <inheritdoc/>
    public override string? LimitReached => Engine.LimitReached;

    /// <inheritdoc/>
    public override IReadOnlyList<ExecutionModel> Models { get; } =
        [ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes];

    /// <summary>Sends the requests.</summary>
    protected TransferEngine Engine { get; }

    /// <summary>Whether each URL needs the name of a file.</summary>
    protected abstract bool HasNames { get; }

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
        model == ExecutionModel.Async ? null : () => Engine.NewTransport(blocking: true);

    /// <inheritdoc/>
    public override IAsyncEnumerable<FetchItem> ReadItemsAsync(CancellationToken cancellationToken)
    {
        IAsyncEnumerable<FetchItem> items = new UrlList(_options, HasNames).ReadAsync(cancellationToken);
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
        TransferAsync(item, Engine.Shared, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _own?.Dispose();
        Engine.Dispose();
        _paces?.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>What the run's worker processes are given; once.</summary>
    protected TransferSeat NewSeat<TOptions>(TOptions options, int workers)
        where TOptions : TransferOptions
    {
        _paces = SharedPaces.Create();
        return TransferSeat.Of(options, _paces, workers);
    }

    /// <summary>Makes what asks for an item.</summary>
    protected abstract TTransfer NewTransfer(FetchItem item, HttpTransport transport, ItemClock clock);

    /// <summary>Asks for an item; with a blocking client it is done on return.</summary>
    protected abstract ValueTask<ItemResult> RunAsync(FetchItem item, TTransfer transfer, CancellationToken cancellationToken);

    private async ValueTask<ItemResult> TransferAsync(FetchItem item, HttpTransport transport, CancellationToken cancellationToken)
    {
        if (ItemResults.WithoutRequest(item) is { } known)
        {
            return known;
        }

        ItemClock clock = Engine.RentClock();
        clock.Start(cancellationToken);
        TTransfer transfer = NewTransfer(item, transport, clock);
        try
        {
            return await RunAsync(item, transfer, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ItemResults.NotDone(item, transfer);
        }
        finally
        {
            Engine.ReturnClock(clock);
        }
    }
}
