namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Remembers texts by fingerprint, each with the line that brought it: 16 bytes a slot, at most 32 MiB for a million.</summary>
/// <remarks>
/// Slots hold 96 bits of the fingerprint and 32 of the line; a slot with line 0 is free. With a million texts the chance
/// that any two are taken for one is 10⁻¹⁷. Open addressing, linear probing, doubled at three quarters.
/// </remarks>
internal sealed class FingerprintTable
{
    private readonly Fingerprint _fingerprint = Fingerprint.CreateSecret();
    private Slot[] _slots = new Slot[1024];
    private int _count;

    /// <summary>Adds a text, unless it is there.</summary>
    /// <param name="text">The text.</param>
    /// <param name="line">The line that brings it: 1 to 2³²−1.</param>
    /// <returns>0 when it was added, else the line that brought it before.</returns>
    public long Add(ReadOnlySpan<char> text, long line)
    {
        (ulong high, ulong low) = _fingerprint.Of(text);
        if (_count * 4L >= _slots.Length * 3L)
        {
            Grow();
        }

        ref Slot slot = ref Find(high, (uint)low);
        if (slot.Line == 0)
        {
            slot = new Slot(high, (uint)low, (uint)Math.Min(line, uint.MaxValue));
            _count++;
            return 0;
        }

        return slot.Line;
    }

    /// <summary>Whether the text was added.</summary>
    public bool Contains(ReadOnlySpan<char> text)
    {
        (ulong high, ulong low) = _fingerprint.Of(text);
        return Find(high, (uint)low).Line != 0;
    }

    private ref Slot Find(ulong high, uint low)
    {
        int mask = _slots.Length - 1;
        int index = (int)high & mask;
        while (_slots[index].Line != 0 && (_slots[index].High != high || _slots[index].Low != low))
        {
            index = (index + 1) & mask;
        }

        return ref _slots[index];
    }

    private void Grow()
    {
        Slot[] old = _slots;
        _slots = new Slot[old.Length * 2];
        foreach (Slot slot in old)
        {
            if (slot.Line != 0)
            {
                Find(slot.High, slot.Low) = slot;
            }
        }
    }

    private readonly record struct Slot(ulong High, uint Low, uint Line);
}
