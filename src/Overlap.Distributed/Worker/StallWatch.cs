using Microsoft.Extensions.Logging;
using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Worker;

/// <summary>Notices that nothing is delivered although a queue is not empty: what no exception tells.</summary>
internal sealed class StallWatch(WorkerOptions options, IBroker broker, ILogger logger)
{
    private const int LooksInTime = 4;

    // When the worker began to wait for a delivery; 0: it does not wait.
    private long _waitingSince;
    private int _isStalled;

    /// <summary>Whether the worker gets nothing although a queue is not empty.</summary>
    public bool IsStalled => Volatile.Read(ref _isStalled) != 0;

    /// <summary>The worker has room and asks for deliveries.</summary>
    public void BeginWaiting() => Interlocked.CompareExchange(ref _waitingSince, Math.Max(1, options.TimeProvider.GetTimestamp()), 0);

    /// <summary>Something was delivered.</summary>
    public void EndWaiting()
    {
        Volatile.Write(ref _waitingSince, 0);
        Volatile.Write(ref _isStalled, 0);
    }

    /// <summary>Looks again and again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(options.StallAfter / LooksInTime, options.TimeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        long since = Volatile.Read(ref _waitingSince);
        TimeSpan time = since == 0 ? TimeSpan.Zero : options.TimeProvider.GetElapsedTime(since);
        if (time < options.StallAfter)
        {
            return;
        }

        foreach (string queue in options.Queues)
        {
            try
            {
                if (await broker.CountAsync(queue, cancellationToken).ConfigureAwait(false) is > 0 and long count && Volatile.Read(ref _waitingSince) == since)
                {
                    if (Interlocked.Exchange(ref _isStalled, 1) == 0)
                    {
                        WorkerMetrics.CountStall(queue);
                        WorkerLog.Stalled(logger, time, queue, count);
                    }

                    return;
                }
            }
            catch (Exception exception) when (exception is BrokerException or ObjectDisposedException)
            {
                WorkerLog.ReceiveDelayed(logger, options.StallAfter / LooksInTime, exception);
            }
        }
    }
}
