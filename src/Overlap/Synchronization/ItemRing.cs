using System.Runtime.CompilerServices;

namespace Overlap.Synchronization;

/// <summary>Items in a row that grows at its end and is taken from at either end.</summary>
/// <remarks>Not thread-safe: its owner's gate guards it. Memory: as large as it ever was, and never made smaller.</remarks>
internal struct ItemRing<T>()
{
    private const int FirstLength = 16;

    private T[] _items = new T[FirstLength];   // The length is a power of two.
    private int _first;

    public int Count { get; private set; }

    /// <summary>The first of them; there must be one.</summary>
    public readonly T First => _items[_first];

    public void Add(T item)
    {
        T[] items = _items;
        if (Count == items.Length)
        {
            items = Grow();
        }

        items[(_first + Count) & (items.Length - 1)] = item;
        Count++;
    }

    public T TakeFirst()
    {
        T[] items = _items;
        int index = _first;
        T item = items[index];
        _first = (index + 1) & (items.Length - 1);
        Leave(items, index);
        return item;
    }

    public T TakeLast()
    {
        T[] items = _items;
        int index = (_first + Count - 1) & (items.Length - 1);
        T item = items[index];
        Leave(items, index);
        return item;
    }

    public void Clear()
    {
        Array.Clear(_items);
        _first = 0;
        Count = 0;
    }

    private void Leave(T[] items, int index)
    {
        Count--;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            items[index] = default!;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T[] Grow()
    {
        T[] items = new T[checked(_items.Length * 2)];
        int head = _items.Length - _first;
        Array.Copy(_items, _first, items, 0, head);
        Array.Copy(_items, 0, items, head, _first);
        _items = items;
        _first = 0;
        return items;
    }
}
