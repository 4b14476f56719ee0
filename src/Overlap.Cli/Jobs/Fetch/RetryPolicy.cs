using Polly;
using Polly.Retry;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Repeats attempts that may succeed later: exponential back-off with jitter, or when the server said.</summary>
/// <remarks>The first attempt is made outside: most items need no second, and pay nothing for the possibility.</remarks>
internal sealed class RetryPolicy
{
    private static readonly ResiliencePropertyKey<Transfer> TransferKey = new("transfer");

    private readonly TransferOptions _options;
    private readonly RetryBudget _budget;
    private ResiliencePipeline<FetchFailure?>? _pipeline;

    public RetryPolicy(TransferOptions options, RetryBudget budget)
    {
        _options = options;
        _budget = budget;
    }

    /// <summary>Goes on after a failed first attempt.</summary>
    /// <param name="transfer">The item.</param>
    /// <param name="failure">Why the first attempt failed.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The last attempt's failure, or <see langword="null"/> when one succeeded.</returns>
    public async ValueTask<FetchFailure?> ContinueAsync(Transfer transfer, FetchFailure? failure, CancellationToken cancellationToken)
    {
        if (_options.Retries == 0 || failure is not { CanRetry: true })
        {
            return failure;
        }

        ResiliencePipeline<FetchFailure?> pipeline = LazyInitializer.EnsureInitialized(ref _pipeline, Build);
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            context.Properties.Set(TransferKey, transfer);
            Attempts attempts = new(transfer, failure);
            return transfer.IsBlocking
                ? pipeline.Execute(static (_, state) => state.NextAsync().Completed(), context, attempts)
                : await pipeline.ExecuteAsync(static (_, state) => state.NextAsync(), context, attempts);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private ResiliencePipeline<FetchFailure?> Build() => new ResiliencePipelineBuilder<FetchFailure?> { TimeProvider = _options.TimeProvider }
        .AddRetry(new RetryStrategyOptions<FetchFailure?>
        {
            MaxRetryAttempts = _options.Retries,
            ShouldHandle = arguments => new ValueTask<bool>(ShouldRetry(arguments)),
            DelayGenerator = arguments => new ValueTask<TimeSpan?>(Delay(arguments)),
            OnRetry = static arguments =>
            {
                arguments.Context.Properties.GetValue(TransferKey, null!).BeginRetryWait();
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private bool ShouldRetry(RetryPredicateArguments<FetchFailure?> arguments) =>
        arguments.Outcome.Result is { CanRetry: true }
        && arguments.AttemptNumber < _options.Retries
        && arguments.Context.Properties.GetValue(TransferKey, null!).HasTimeLeft
        && _budget.TryTake();

    private TimeSpan Delay(RetryDelayGeneratorArguments<FetchFailure?> arguments)
    {
        if (arguments.Outcome.Result?.RetryAfter is not null)
        {
            return TimeSpan.Zero; // The host's gate is closed until then, for this item and all others.
        }

        double doubled = _options.RetryDelay.TotalSeconds * Math.Pow(2, arguments.AttemptNumber);
        double seconds = Math.Min(doubled, _options.RetryDelayMax.TotalSeconds) * (0.5 + (Random.Shared.NextDouble() / 2));
        TimeSpan left = arguments.Context.Properties.GetValue(TransferKey, null!).TimeLeft;
        TimeSpan delay = TimeSpan.FromSeconds(seconds);
        return delay < left ? delay : left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private sealed class Attempts(Transfer transfer, FetchFailure first)
    {
        private FetchFailure? _first = first;

        public ValueTask<FetchFailure?> NextAsync()
        {
            FetchFailure? known = _first;
            _first = null;
            return known is not null ? new ValueTask<FetchFailure?>(known) : transfer.AttemptAsync();
        }
    }
}
