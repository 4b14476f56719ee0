using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>The pauses between tries, each longer than the one before, and partly left to chance.</summary>
/// <remarks>Thread-safe: the tries of several items share one.</remarks>
internal sealed class RetryPauses(RetryOptions options)
{
    private readonly Lock _gate = new();
    private readonly Random _random = options.Seed is { } seed ? new Random(seed) : Random.Shared;   // Guarded by _gate.

    public RetryOptions Options => options;

    /// <summary>Waits before a new try.</summary>
    /// <param name="failures">How many new tries there were before it.</param>
    /// <param name="cancellationToken">Ends the pause.</param>
    public async ValueTask WaitAsync(int failures, CancellationToken cancellationToken) =>
        await Task.Delay(Of(failures), options.TimeProvider, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);

    /// <summary>The length of a pause.</summary>
    internal TimeSpan Of(int failures)
    {
        if (options.FirstDelay == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        double full = Math.Min(options.MaxDelay.TotalMilliseconds, options.FirstDelay.TotalMilliseconds * Math.Pow(options.Factor, failures));
        if (options.Jitter > 0)
        {
            _gate.Enter();
            full *= 1 - (options.Jitter * _random.NextDouble());
            _gate.Exit();
        }

        return TimeSpan.FromMilliseconds(full);
    }
}
