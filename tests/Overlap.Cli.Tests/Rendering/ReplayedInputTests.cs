using System.IO.Pipelines;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Tests.Rendering;

public sealed class ReplayedInputTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_Rewound_GivesTheSameAgainAndThenTheRest()
    {
        await using ReplayedInput input = new(new MemoryStream([1, 2, 3, 4, 5]));
        byte[] buffer = new byte[3];
        Assert.Equal(3, await input.ReadAsync(buffer, Cancellation));
        input.Rewind();
        Assert.Equal([1, 2, 3, 4, 5], await ReadAllAsync(input));
        input.Rewind();
        Assert.Equal([1, 2, 3, 4, 5], await ReadAllAsync(input));
    }

    [Fact]
    public async Task Read_GivenUpBefore_NothingIsLost()
    {
        Pipe pipe = new();
        await using ReplayedInput input = new(pipe.Reader.AsStream());
        using CancellationTokenSource source = new();
        Task<int> first = input.ReadAsync(new byte[8], source.Token).AsTask();
        await source.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        input.Rewind();
        Task<byte[]> second = ReadAllAsync(input);
        _ = await pipe.Writer.WriteAsync(new byte[] { 7, 8, 9 }, Cancellation);
        await pipe.Writer.CompleteAsync();
        Assert.Equal([7, 8, 9], await second);
    }

    [Fact]
    public async Task Read_EndlessInput_EndsWhereNoMoreIsKept()
    {
        await using ReplayedInput input = new(new EndlessStream());
        byte[] buffer = new byte[1 << 20];
        long all = 0;
        while (await input.ReadAsync(buffer, Cancellation) is > 0 and int count)
        {
            all += count;
        }

        Assert.Equal(ReplayedInput.MostKept, all);
    }

    private static async Task<byte[]> ReadAllAsync(Stream input)
    {
        using MemoryStream copy = new();
        await input.CopyToAsync(copy, 2, Cancellation);
        return copy.ToArray();
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }
}
