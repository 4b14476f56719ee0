using Overlap.Cli.Jobs;

namespace Overlap.Cli.Journals;

/// <summary>What a journal shows of the items of earlier runs.</summary>
/// <remarks>
/// An item that stands twice in the input was done when it stands twice in the journal: each line is good for one item, in whatever order.
/// Memory: twenty bytes for each item that was done; when only what failed is done again, some sixty for each that did. Asked by one loop.
/// </remarks>
/// <param name="use">What the journal is read for.</param>
internal sealed class KnownItems(JournalUse use) : IDoneItems
{
    // What is shown as done, or as failed and not done since; what has been used up is gone. One of them is empty, whatever the use.
    private readonly KeyCounts _done = new();
    private readonly HashSet<UInt128> _failed = [];

    /// <summary>Notes a line.</summary>
    public void Add(UInt128 key, bool isDone)
    {
        if (use != JournalUse.RetryFailed)
        {
            if (isDone)
            {
                _done.Add(key);
            }
        }
        else if (isDone)
        {
            // If it had failed before, a later run did it.
            _ = _failed.Remove(key);
        }
        else
        {
            // Again and again: one item all the same, as long as it is not known to stand in the input twice.
            _ = _failed.Add(key);
        }
    }

    /// <inheritdoc/>
    public bool Contains(string job, string key)
    {
        UInt128 hash = JournalKey.Of(job, key);
        return use == JournalUse.RetryFailed ? !_failed.Remove(hash) : _done.TryTake(hash);
    }
}
