namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Bounds the retries of a whole run, so that an outage does not multiply the load that caused it.</summary>
/// <param name="sharers">The processes that share the run's retries.</param>
internal sealed class RetryBudget(int sharers = 1)
{
    /// <summary>The retries that every run has.</summary>
    public const int Floor = 100;

    private const int ItemsPerRetry = 5;

    private long _items;
    private long _retries;

    /// <summary>Counts an item: five of them pay for one retry.</summary>
    public void AddItem() => Interlocked.Increment(ref _items);

    /// <summary>Takes one retry.</summary>
    public bool TryTake()
    {
        long allowed = (Floor / sharers) + (Interlocked.Read(ref _items) / ItemsPerRetry);
        if (Interlocked.Increment(ref _retries) <= allowed)
        {
            return true;
        }

        Interlocked.Decrement(ref _retries);
        return false;
    }
}
