namespace Overlap.Synchronization;

/// <summary>Items of which the least comes out first, and among equals the oldest.</summary>
/// <remarks>
/// A binary heap. Not thread-safe: its owner's gate guards it.
/// Errors: the comparer may throw. Where an item goes is found before anything is moved, so that the heap is as it was.
/// </remarks>
/// <param name="comparer">Orders the items; <see langword="null"/> orders them by their times.</param>
internal sealed class ItemHeap<T>(IComparer<T>? comparer)
{
    private const int MostLevels = 32;

    private Entry[] _entries = new Entry[16];
    private long _added;

    public int Count { get; private set; }

    /// <summary>The time of the first item, of which there must be one.</summary>
    public long FirstDueAt => _entries[0].DueAt;

    public void Add(T item, long dueAt)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, checked(Count * 2));
        }

        Entry entry = new(item, dueAt, _added);
        int place = Count;
        while (place > 0 && IsLess(entry, _entries[(place - 1) / 2]))
        {
            place = (place - 1) / 2;
        }

        for (int index = Count; index > place; index = (index - 1) / 2)
        {
            _entries[index] = _entries[(index - 1) / 2];
        }

        _entries[place] = entry;
        Count++;
        _added++;
    }

    /// <summary>Takes the first item, of which there must be one.</summary>
    public T Take()
    {
        T item = _entries[0].Item;
        Entry last = _entries[Count - 1];
        Span<int> path = stackalloc int[MostLevels];
        int levels = 0;
        int place = 0;
        while (LesserChild(place) is var child && child < Count - 1 && IsLess(_entries[child], last))
        {
            path[levels++] = child;
            place = child;
        }

        place = 0;
        foreach (int child in path[..levels])
        {
            _entries[place] = _entries[child];
            place = child;
        }

        _entries[place] = last;
        Count--;
        _entries[Count] = default;
        return item;
    }

    public void Clear()
    {
        Array.Clear(_entries);
        Count = 0;
    }

    /// <summary>The lesser of two children, the last entry left out: it is the one that looks for a place.</summary>
    private int LesserChild(int parent)
    {
        int left = (2 * parent) + 1;
        return left + 1 < Count - 1 && IsLess(_entries[left + 1], _entries[left]) ? left + 1 : left;
    }

    private bool IsLess(in Entry one, in Entry other)
    {
        int order = comparer is null ? one.DueAt.CompareTo(other.DueAt) : comparer.Compare(one.Item, other.Item);
        return order < 0 || (order == 0 && one.Sequence < other.Sequence);
    }

    private readonly record struct Entry(T Item, long DueAt, long Sequence);
}
