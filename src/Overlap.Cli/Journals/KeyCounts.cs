namespace Overlap.Cli.Journals;

/// <summary>How often each of very many keys was added, and has not been taken since.</summary>
/// <remarks>
/// Shape: a few sorted shelves, each twice as long as the one before, and a count for each key. A dictionary would take four times the memory, and
/// one list that grows holds everything twice at times: a million keys are to fit beside a run.
/// Order: all are added before the first is taken. Not thread-safe.
/// Cost: sixteen bytes for each key that is added, four more for each different one; a binary search in each shelf to take it.
/// </remarks>
internal sealed class KeyCounts
{
    private const int FirstLength = 1 << 10;

    private readonly List<Shelf> _shelves = [];

    /// <summary>Adds a key once more.</summary>
    public void Add(UInt128 key)
    {
        if (_shelves.Count == 0 || !_shelves[^1].TryAdd(key))
        {
            Shelf next = new(FirstLength << _shelves.Count);
            _ = next.TryAdd(key);
            _shelves.Add(next);
        }
    }

    /// <summary>Takes a key once.</summary>
    /// <returns>Whether there was one left.</returns>
    public bool TryTake(UInt128 key)
    {
        foreach (Shelf shelf in _shelves)
        {
            if (shelf.TryTake(key))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Shelf(int length)
    {
        // Not cleared: what is never written takes no memory.
        private readonly UInt128[] _keys = GC.AllocateUninitializedArray<UInt128>(length);
        private int _count;

        // By the place of the key; made when the first is taken. The keys are sorted and without repetitions from then on.
        private int[]? _left;

        public bool TryAdd(UInt128 key)
        {
            if (_count == _keys.Length)
            {
                return false;
            }

            _keys[_count++] = key;
            return true;
        }

        public bool TryTake(UInt128 key)
        {
            _left ??= Count();
            int place = _keys.AsSpan(0, _left.Length).BinarySearch(key);
            if (place < 0 || _left[place] == 0)
            {
                return false;
            }

            _left[place]--;
            return true;
        }

        private int[] Count()
        {
            Span<UInt128> keys = _keys.AsSpan(0, _count);
            keys.Sort();
            int different = 0;
            for (int i = 0; i < keys.Length; i++)
            {
                different += i == 0 || keys[i] != keys[i - 1] ? 1 : 0;
            }

            int[] left = new int[different];
            int place = -1;
            foreach (UInt128 key in keys)
            {
                if (place < 0 || key != keys[place])
                {
                    keys[++place] = key;
                }

                left[place]++;
            }

            return left;
        }
    }
}
