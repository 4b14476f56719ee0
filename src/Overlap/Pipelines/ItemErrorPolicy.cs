using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>What a stage does when its body throws for one item.</summary>
/// <remarks>A body that ends because the stage was cancelled is never a matter of the policy.</remarks>
public sealed class ItemErrorPolicy
{
    private readonly Action<object?, Exception>? _report;
    private readonly ItemErrorPolicy? _last;
    private readonly int _retries;
    private readonly TimeSpan _delay;
    private readonly TimeProvider _clock;

    private ItemErrorPolicy(Action<object?, Exception>? report, int retries, TimeSpan delay, ItemErrorPolicy? last, TimeProvider? clock)
    {
        _report = report;
        _retries = retries;
        _delay = delay;
        _last = last;
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>The first failure ends the stage, and is thrown after the items before it.</summary>
    public static ItemErrorPolicy Stop { get; } = new(report: null, 0, default, last: null, clock: null);

    internal bool IsStop => _report is null && _retries == 0;

    /// <summary>Passes the item over and tells about it.</summary>
    /// <param name="report">Given the item and what its body threw; on the body's thread. What it throws itself ends the stage.</param>
    public static ItemErrorPolicy Skip(Action<object?, Exception> report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new ItemErrorPolicy(report, 0, default, last: null, clock: null);
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
        return new ItemErrorPolicy(report: null, retries, firstDelay, last ?? Stop, timeProvider);
    }

    /// <summary>Calls a body under the policy.</summary>
    internal async ValueTask<TResult> RunAsync<T, TResult>(
        Func<T, CancellationToken, ValueTask<TResult>> body, T item, CancellationToken cancellationToken)
    {
        TimeSpan delay = _delay;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await body(item, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                if (attempt >= _retries)
                {
                    if ((_last ?? this)._report is not { } report)
                    {
                        throw;
                    }

                    report(item, failure);
                    throw new ItemSkippedException();
                }
            }

            await Task.Delay(delay, _clock, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
            delay = delay > TimeSpan.MaxValue / 2 ? delay : delay * 2;
        }
    }
}
