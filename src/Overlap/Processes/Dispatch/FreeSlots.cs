using Overlap.Processes.Transport;

namespace Overlap.Processes.Dispatch;

/// <summary>The slots of a worker where no call is. Guarded by the pool's gate.</summary>
internal sealed class FreeSlots
{
    private readonly int[] _slots = new int[SegmentLayout.SlotCount];

    public FreeSlots()
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i] = _slots.Length - 1 - i;
        }
    }

    public int Count { get; private set; } = SegmentLayout.SlotCount;

    public int Pop() => _slots[--Count];

    public void Push(int slot) => _slots[Count++] = slot;
}
