using Microsoft.Extensions.Logging;
using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Worker;

/// <summary>Notices that nothing is delivered although a queue is not empty: what no exception tells.</summary>
internal sealed class StallWatch(WorkerOptions options, IBroker broker, ILogger logger)
{
    private const int LooksInTime = 4;

    // When the worker began to wait for a delivery; 0: it does not wait.
    private long _waitingSince;
    private Trouble? _trouble;

    /// <summary>Whether the worker gets nothing although a queue is not empty.</summary>
    public bool IsStalled => Volatile.Read(ref _trouble) is { IsStall: true };

    /// <summary>Why the worker gets nothing; <see langword="null"/>: it gets something, or there is nothing for it.</summary>
    public string? Reason => Volatile.Read(ref _trouble)?.Text;

    /// <summary>The worker has room and asks for deliveries.</summary>
    public void BeginWaiting() => Interlocked.CompareExchange(ref _waitingSince, Math.Max(1, options.TimeProvider.GetTimestamp()), 0);

    /// <summary>Something was delivered.</summary>
    public void EndWaiting()
    {
        Volatile.Write(ref _waitingSince, 0);
        Volatile.Write(ref _trouble, null);
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

        Trouble? found = await FindAsync(since, time, cancellationToken).ConfigureAwait(false);
        if (found is not { IsStall: true })
        {
            Volatile.Write(ref _trouble, found);
        }
        else if (Interlocked.Exchange(ref _trouble, found) is not { IsStall: true })
        {
            WorkerMetrics.CountStall(found.Queue);
            WorkerLog.Stalled(logger, time.TotalSeconds, found.Queue, found.Count);
        }

        if (Volatile.Read(ref _waitingSince) != since)
        {
            // Something came meanwhile.
            Volatile.Write(ref _trouble, null);
        }
    }

    private async Task<Trouble?> FindAsync(long since, TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            foreach (string queue in options.Queues)
            {
                if (await broker.CountAsync(queue, cancellationToken).ConfigureAwait(false) is > 0 and long count && Volatile.Read(ref _waitingSince) == since)
                {
                    return new Trouble(true, queue, count, $"nothing was delivered for {(long)time.TotalSeconds} s although {queue} holds {count} messages");
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is BrokerException or ObjectDisposedException)
        {
            WorkerLog.ReceiveDelayed(logger, (options.StallAfter / LooksInTime).TotalSeconds, exception);
            return new Trouble(false, "", 0, $"the broker does not answer: {exception.Message}");
        }
    }

    private sealed record Trouble(bool IsStall, string Queue, long Count, string Text);
}
