namespace Overlap.Cli.Jobs;

/// <summary>Does one item of a job, again if it fails and the policy says so, within its time limits.</summary>
/// <remarks>Time limits are cooperative: an attempt is asked to give up, and the item has failed when it has.</remarks>
internal sealed class ItemAttempts<TItem>(Job<TItem> job, AttemptPolicy policy, TimeProvider timeProvider)
{
    private readonly bool _once = job.OwnsAttempts || policy is { Retries: 0, Timeout: null, MaxTime: null };

    public ItemResult Execute(TItem item, CancellationToken cancellationToken) => _once
        ? job.Execute(item, cancellationToken)
        : TryAsync(item, blocking: true, cancellationToken).AsTask().GetAwaiter().GetResult();

    public ValueTask<ItemResult> ExecuteAsync(TItem item, CancellationToken cancellationToken) => _once
        ? job.ExecuteAsync(item, cancellationToken)
        : TryAsync(item, blocking: false, cancellationToken);

    // One method for both: with blocking it never awaits anything unfinished, so it ends on the caller's thread.
    private async ValueTask<ItemResult> TryAsync(TItem item, bool blocking, CancellationToken cancellationToken)
    {
        using TimeLimit whole = new(policy.MaxTime, timeProvider, cancellationToken);
        CancellationToken allAttempts = whole.Token;
        for (int attempt = 1; ; attempt++)
        {
            ItemResult result;
            using (TimeLimit single = new(policy.Timeout, timeProvider, allAttempts))
            {
                CancellationToken token = single.Token;
                try
                {
                    result = blocking ? job.Execute(item, token) : await job.ExecuteAsync(item, token);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && token.IsCancellationRequested)
                {
                    result = NotDone(item);
                }

                if (result.Status == ItemStatus.NotDone && !cancellationToken.IsCancellationRequested && token.IsCancellationRequested)
                {
                    result = TimedOut(result, allAttempts.IsCancellationRequested);
                }
            }

            result = result with { Attempts = attempt };
            if (result.Status != ItemStatus.Failed || attempt > policy.Retries || allAttempts.IsCancellationRequested)
            {
                return result;
            }

            Task pause = Task.Delay(RetryPause.After(attempt), timeProvider, allAttempts);
            if (blocking)
            {
                ((IAsyncResult)pause).AsyncWaitHandle.WaitOne();
            }

            await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (allAttempts.IsCancellationRequested)
            {
                return result;
            }
        }
    }

    private ItemResult NotDone(TItem item) => new() { Item = job.LabelOf(item), Status = ItemStatus.NotDone };

    private ItemResult TimedOut(ItemResult result, bool afterAllAttempts) => result with
    {
        Status = ItemStatus.Failed,
        ErrorKind = "timeout",
        Message = afterAllAttempts
            ? $"took longer than {policy.MaxTime!.Value.TotalSeconds:0.###} s with all its attempts (--max-time)"
            : $"took longer than {policy.Timeout!.Value.TotalSeconds:0.###} s (--timeout)",
    };
}
