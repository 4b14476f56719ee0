using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Values;

public class BlobTests
{
    private static readonly byte[] Large = [.. Enumerable.Range(0, Blobs.Threshold).Select(i => (byte)(i * 7))];

    [Fact]
    public void Write_LargeArray_GoesThroughSharedMemory()
    {
        TestBorder border = new();
        Assert.Equal(Large, Travel.Once(Large, border, new ValueCodecs()));
        Assert.Equal(1, border.BlobCount);
    }

    [Fact]
    public void Write_ArrayBelowTheThreshold_GoesInLine()
    {
        TestBorder border = new();
        Assert.Equal(Large[1..], Travel.Once(Large[1..], border, new ValueCodecs()));
        Assert.Equal(0, border.BlobCount);
    }

    [Fact]
    public void Write_BorderTakesNoBlob_GoesInLine()
    {
        TestBorder border = new() { TakesBlobs = false };
        Assert.Equal(Large, Travel.Once(Large, border, new ValueCodecs()));
    }

    [Fact]
    public void Read_LargeRowsOfNumbers_AreTheSame()
    {
        double[] numbers = [.. Enumerable.Range(0, 20_000).Select(i => i / 3.0)];
        Assert.Equal(numbers, Travel.Once(numbers));
        Assert.Equal(numbers, Travel.Once(numbers.ToList()));
        Assert.Equal(numbers, Travel.Once<ReadOnlyMemory<double>>(numbers).ToArray());
        Assert.Equal(numbers, Travel.Once(numbers.ToHashSet()));
    }

    [Fact]
    public void Read_MemoryOnTheWorkersSide_IsWhereTheBytesLie()
    {
        TestBorder border = new();
        ReadOnlyMemory<byte> read = Travel.Once<ReadOnlyMemory<byte>>(Large, border, new ValueCodecs());
        Assert.True(read.Span == border.GetBlob(new BlobReference(0, Large.Length)).Span);
        Assert.Empty(border.Released);
    }

    [Fact]
    public void Read_MemoryOnThePoolsSide_IsACopyAndTheBlobIsGivenBack()
    {
        TestBorder border = new();
        PayloadWriter writer = new(border);
        ValueCodec<Memory<byte>> codec = new ValueCodecs().Of<Memory<byte>>();
        codec.Write(writer, Large);
        PayloadReader reader = new(writer.Written, border);
        Memory<byte> read = codec.Read(ref reader);

        BlobReference blob = new(0, Large.Length);
        Assert.Equal(Large, read.ToArray());
        Assert.False(read.Span == border.GetBlob(blob).Span);
        Assert.Equal([blob], border.Released);
    }

    [Fact]
    public void Read_SmallMemory_IsTheSame()
    {
        Assert.Equal([1, 2], Travel.Once<Memory<byte>>(new byte[] { 1, 2 }).ToArray());
        Assert.Equal("abc", Travel.Once("xabcx".AsMemory(1, 3)).ToString());
        Assert.True(Travel.Once(default(Memory<int>)).IsEmpty);
        Assert.Equal(["b"], Travel.Once(new ArraySegment<string>(["a", "b"], 1, 1)));
        Assert.Null(Travel.Once(default(ArraySegment<string>)).Array);
    }

    [Fact]
    public void Read_BlobThatIsNotThere_Throws()
    {
        PayloadWriter writer = new(new TestBorder());
        writer.Write((byte)RowForm.Blob);
        Blobs.Write(writer, new BlobReference(0, int.MaxValue));
        Assert.Throws<PayloadException>(() =>
        {
            PayloadReader reader = new(writer.Written, writer.Border);
            return new ValueCodecs().Of<byte[]>().Read(ref reader);
        });
    }
}
