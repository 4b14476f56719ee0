using Overlap.Cli.Jobs.Run.Outputs;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class KeptStreamTests
{
    [Theory]
    [InlineData(1 << 30)]
    [InlineData(100_000)]
    [InlineData(0)]
    public void Read_WhateverThereIsMemoryFor_SameBytesInOrder(long memory)
    {
        OutputBudget budget = new(memory);
        byte[] written = new byte[3 << 20];
        new Random(1).NextBytes(written);
        using KeptStream stream = new(budget);
        for (int from = 0; from < written.Length; from += 10_000)
        {
            stream.Add(written.AsSpan(from, Math.Min(10_000, written.Length - from)));
        }

        MemoryStream read = new();
        stream.Read(bytes => read.Write(bytes));

        Assert.Equal(written.Length, stream.Length);
        Assert.True(read.ToArray().AsSpan().SequenceEqual(written));
    }

    [Fact]
    public void Dispose_Kept_GivesTheMemoryBack()
    {
        OutputBudget budget = new(8_192);
        using (KeptStream stream = new(budget))
        {
            stream.Add(new byte[5_000]);
        }

        Assert.True(budget.TryTake(8_192));
    }

    [Fact]
    public void TryTake_MoreThanThereIs_TakesNothing()
    {
        OutputBudget budget = new(10);

        Assert.False(budget.TryTake(11));
        Assert.True(budget.TryTake(10));
    }
}
