using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Journals;

/// <summary>What a journal shows of the items of earlier runs.</summary>
/// <remarks>
/// An item that stands twice in the input was done when it stands twice in the journal: each line is good for one item, in whatever order.
/// Memory: twenty to forty bytes for each different item. Asked by one loop.
/// </remarks>
/// <param name="use">What the journal is read for.</param>
internal sealed class KnownItems(JournalUse use) : IDoneItems
{
    // How often each key is shown as done, or as failed; what has been used up is gone.
    private readonly Dictionary<UInt128, int> _done = [];
    private readonly Dictionary<UInt128, int> _failed = [];

    /// <summary>Notes a line.</summary>
    public void Add(UInt128 key, bool isDone)
    {
        if (isDone)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_done, key, out _)++;

            // It had failed before, and a later run did it.
            TakeOne(_failed, key);
        }
        else if (use == JournalUse.RetryFailed)
        {
            // Again and again: one item all the same, as long as it is not known to stand in the input twice.
            _failed[key] = 1;
        }
    }

    /// <inheritdoc/>
    public bool Contains(string job, string key)
    {
        UInt128 hash = JournalKey.Of(job, key);
        return use == JournalUse.RetryFailed ? !TakeOne(_failed, hash) : TakeOne(_done, hash);
    }

    private static bool TakeOne(Dictionary<UInt128, int> counts, UInt128 key)
    {
        ref int count = ref CollectionsMarshal.GetValueRefOrNullRef(counts, key);
        if (Unsafe.IsNullRef(ref count))
        {
            return false;
        }

        if (--count == 0)
        {
            _ = counts.Remove(key);
        }

        return true;
    }
}
