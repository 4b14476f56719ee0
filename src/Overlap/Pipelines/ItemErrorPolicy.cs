using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>What a stage does when its body throws for one item.</summary>
/// <remarks>A body that ends because the stage was cancelled is never a matter of the policy.</remarks>
public sealed class ItemErrorPolicy
{
    private readonly Action<object?, Exception>? _report;
    private readonly RetryPauses? _pauses;   // Null: nothing is tried again.
    private readonly ItemErrorPolicy? _last;

    private ItemErrorPolicy(Action<object?, Exception>? report, RetryPauses? pauses = null, ItemErrorPolicy? last = null)
    {
        _report = report;
        _pauses = pauses;
        _last = last;
    }

    /// <summary>The first failure ends the stage, and is thrown after the items before it.</summary>
    public static ItemErrorPolicy Stop { get; } = new(report: null);

    internal bool IsStop => _report is null && _pauses is null;

    /// <summary>Passes the item over and tells about it.</summary>
    /// <param name="report">Given the item and what its body threw; on the body's thread. What it throws itself ends the stage.</param>
    public static ItemErrorPolicy Skip(Action<object?, Exception> report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new ItemErrorPolicy(report);
    }

    /// <summary>Calls the body again, each time after a pause twice as long.</summary>
    /// <param name="retries">How often, at most; at least 1.</param>
    /// <param name="firstDelay">The first pause. Not negative.</param>
    /// <param name="last">What happens when the last try fails too; <see langword="null"/>: <see cref="Stop"/>.</param>
    /// <param name="timeProvider">The clock of the pauses; <see langword="null"/>: the system's.</param>
    public static ItemErrorPolicy Retry(int retries, TimeSpan firstDelay, ItemErrorPolicy? last = null, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(retries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(firstDelay, TimeSpan.Zero);
        return Retry(
            new RetryOptions
            {
                Retries = retries,
                FirstDelay = firstDelay,
                MaxDelay = RetryOptions.LongestDelay,
                Jitter = 0,
                TimeProvider = timeProvider ?? TimeProvider.System,
            },
            last);
    }

    /// <summary>Calls the body again.</summary>
    /// <param name="options">How often, for which failures and after which pauses.</param>
    /// <param name="last">What happens when no further try is made: skip, or stop; <see langword="null"/>: <see cref="Stop"/>.</param>
    public static ItemErrorPolicy Retry(RetryOptions options, ItemErrorPolicy? last = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ItemErrorPolicy(report: null, new RetryPauses(options), last);
    }

    /// <summary>Calls a body under the policy.</summary>
    internal async ValueTask<TResult> RunAsync<T, TResult>(
        Func<T, CancellationToken, ValueTask<TResult>> body, T item, CancellationToken cancellationToken)
    {
        for (int failures = 0; ; failures++)
        {
            try
            {
                return await body(item, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                if (_pauses is null || !_pauses.Options.IsRetried(failure, failures))
                {
                    if ((_last ?? this)._report is not { } report)
                    {
                        throw;
                    }

                    report(item, failure);
                    throw new ItemSkippedException();
                }
            }

            await _pauses.WaitAsync(failures, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
        }
    }
}
