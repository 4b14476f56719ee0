using System.Runtime.InteropServices;
using Overlap.Processes.Transport;

namespace Overlap.Tests.Processes.Transport;

public sealed unsafe class SlotTableTests : IDisposable
{
    private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(SegmentLayout.SlotCount, SlotTable.SlotSize);

    private SlotTable Slots => new(_memory);

    [Fact]
    public void TakeBack_SomeTaken_GivesTheRestOnly()
    {
        Slots.Open(3, 7, 10);
        Assert.Equal(4, Slots.Take(3, 7, 4, out _));
        Assert.Equal(6, Slots.TakeBack(3, 7, 10, SlotTable.LargestCount));
        Assert.Equal(0, Slots.Take(3, 7, 1, out _));
    }

    [Fact]
    public void TakeBack_WordSaysMoreItemsThanTheCallHas_GivesNone()
    {
        Slots.Open(3, 7, 1_000);
        Assert.Equal(0, Slots.TakeBack(3, 7, 10, SlotTable.LargestCount));
    }

    [Fact]
    public void Extend_AllTaken_LetsMoreBeTaken()
    {
        Slots.Open(3, 7, 1);
        Assert.Equal(1, Slots.Take(3, 7, 5, out _));
        Slots.Extend(3, 7, 3);
        Assert.Equal(2, Slots.Take(3, 7, 5, out int first));
        Assert.Equal(1, first);
    }

    [Fact]
    public void Extend_OtherCall_ChangesNothing()
    {
        Slots.Open(3, 8, 1);
        Slots.Extend(3, 7, 3);
        Assert.Equal(1, Slots.Take(3, 8, 5, out _));
    }

    public void Dispose() => NativeMemory.Free(_memory);
}
