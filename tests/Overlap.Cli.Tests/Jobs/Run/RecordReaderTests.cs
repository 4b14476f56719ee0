using System.IO.Pipelines;
using System.Text;
using Overlap.Cli.Jobs.Run.Inputs;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class RecordReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\n\nb\n", "a||b")]
    [InlineData("a\r\nb\r\n", "a\r|b\r")]
    [InlineData("\uFEFFa\n\uFEFFb\n", "a|\uFEFFb")]
    [InlineData("\n", "")]
    public async Task ReadAsync_Lines_AreGivenAsTheyCame(string input, string expected) =>
        Assert.Equal(expected, string.Join('|', await ReadAsync(Bytes(input))));

    [Fact]
    public async Task ReadAsync_EndedByNul_KeepsLineEnds() => Assert.Equal(["a\nb", "", "c"], await ReadAsync(Bytes("a\nb\0\0c\0"), end: 0));

    [Fact]
    public async Task ReadAsync_LineEndBetweenQuotes_IsPartOfTheRecord() =>
        Assert.Equal(["1,\"x\ny\"", "2,z"], await ReadAsync(Bytes("1,\"x\ny\"\n2,z\n"), quoted: true));

    [Fact]
    public async Task ReadAsync_StreamOfSingleBytes_SameRecords() =>
        Assert.Equal(["ab", "c\"\nd\"e", "f"], await ReadAsync(Bytes("ab\nc\"\nd\"e\nf"), quoted: true, step: 1));

    [Fact]
    public async Task ReadAsync_LongestRecord_IsRead()
    {
        string longest = new('x', RecordReader.LongestRecord);

        Assert.Equal([longest, "y"], await ReadAsync(Bytes($"{longest}\ny\n")));
    }

    [Fact]
    public async Task ReadAsync_FirstItemIsOneLetter_IsGivenBeforeTheNextComes()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Pipe pipe = new();
        await pipe.Writer.WriteAsync("a\n"u8.ToArray(), cancellation);
        await using IAsyncEnumerator<InputRecord> records = new RecordReader(pipe.Reader.AsStream(), (byte)'\n', quoted: false).ReadAsync(cancellation).GetAsyncEnumerator(cancellation);

        Assert.True(await records.MoveNextAsync().AsTask().WaitAsync(Patience.Usual, cancellation));
        Assert.Equal("a"u8, records.Current.Bytes);
        await pipe.Writer.CompleteAsync();
        Assert.False(await records.MoveNextAsync());
    }

    [Theory]
    [InlineData("\ny\n", 2)]
    [InlineData("\ny", 2)]
    [InlineData("\n", 1)]
    [InlineData("", 1)]
    public async Task ReadAsync_RecordTooLong_IsOneItemWithAProblem(string after, int count)
    {
        List<InputRecord> records = await RecordsAsync(Bytes(new string('x', (3 * RecordReader.LongestRecord) + 5) + after));

        Assert.Equal(count, records.Count);
        Assert.Equal("the item is longer than 2 MiB; no argument can be", records[0].Problem);
        Assert.Equal(200, records[0].Bytes.Length);
        Assert.All(records.Skip(1), static record => Assert.Equal(("y", null), (Encoding.UTF8.GetString(record.Bytes), record.Problem)));
    }

    [Fact]
    public async Task ReadAsync_BytesThatAreNoText_AreKept()
    {
        List<InputRecord> records = await RecordsAsync([0xFF, 0xFE, (byte)'\n', 0xC3]);

        Assert.Equal([[0xFF, 0xFE], [0xC3]], records.Select(static record => record.Bytes));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<List<string>> ReadAsync(byte[] input, byte end = (byte)'\n', bool quoted = false, int step = int.MaxValue) =>
        [.. (await RecordsAsync(input, end, quoted, step)).Select(static record => Encoding.UTF8.GetString(record.Bytes))];

    private static async Task<List<InputRecord>> RecordsAsync(byte[] input, byte end = (byte)'\n', bool quoted = false, int step = int.MaxValue)
    {
        using SteppedStream stream = new(input, step);
        List<InputRecord> records = [];
        await foreach (InputRecord record in new RecordReader(stream, end, quoted).ReadAsync(TestContext.Current.CancellationToken))
        {
            records.Add(record);
        }

        return records;
    }

    /// <summary>A pipe: it gives a few bytes at a time.</summary>
    private sealed class SteppedStream(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
