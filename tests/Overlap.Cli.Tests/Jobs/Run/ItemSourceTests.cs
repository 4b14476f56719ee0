using System.Text;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Run;
using Overlap.Cli.Jobs.Run.Inputs;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class ItemSourceTests
{
    [Fact]
    public async Task ReadAsync_TwoLists_AllCombinationsTheLastTurningFastest()
    {
        ItemSource source = Lists(["a", "b"], ["1", "2"]);

        Assert.Equal(["a 1", "a 2", "b 1", "b 2"], (await ReadAsync(source)).Select(static item => Encoding.UTF8.GetString(item.Text)));
        Assert.Equal(4, source.Count);
    }

    [Fact]
    public async Task ReadAsync_OneListIsEmpty_NoItems()
    {
        ItemSource source = Lists(["a", "b"], []);

        Assert.Empty(await ReadAsync(source));
        Assert.Equal(0, source.Count);
    }

    [Fact]
    public async Task ReadAsync_ColumnsThatJoinToTheSame_HaveDifferentKeys()
    {
        List<RunItem> items = await ReadAsync(Lists(["a", "a b"], ["b c", "c"]));

        Assert.Equal(4, items.Select(static item => item.Key).Distinct().Count());
    }

    [Fact]
    public async Task ReadAsync_BlankLines_AreNoItemsAndNumbersGoOn()
    {
        List<RunItem> items = await ReadAsync(Lines("a\n\n\r\nb\n"));

        Assert.Equal([(1, "a"), (2, "b")], items.Select(static item => ((int)item.Sequence, item.Key)));
    }

    [Fact]
    public async Task ReadAsync_EmptyItemsEndedByNul_AreItems() => Assert.Equal(2, (await ReadAsync(Lines("\0\0", nul: true))).Count);

    [Fact]
    public async Task ReadAsync_Header_NamesTheColumnsAndIsNoItem()
    {
        ItemSource source = Lines("url,file\nu1,f1\n", separator: ',', header: true);

        RunItem item = Assert.Single(await ReadAsync(source));

        Assert.Equal(["url", "file"], source.Names);
        Assert.Equal(["u1", "f1"], item.Columns.Select(Encoding.UTF8.GetString));
        Assert.Equal(1, item.Sequence);
    }

    [Fact]
    public async Task ReadAsync_FileThatIsNotThere_OneLineThatNamesIt()
    {
        ItemSource source = new(new InputOptions { File = "/nonexistent/list", StandardInput = Stream.Null });

        RunException failure = await Assert.ThrowsAsync<RunException>(() => ReadAsync(source));

        Assert.Equal((ExitCode.Environment, "cannot read the list /nonexistent/list: no such folder"), (failure.ExitCode, failure.Message));
    }

    [Fact]
    public async Task ReadAsync_DifferentBytesThatAreNoText_HaveDifferentKeys()
    {
        byte[] input = [0xFF, (byte)'\n', 0xFE, (byte)'\n', 0xEF, 0xBF, 0xBD];
        List<RunItem> items = await ReadAsync(new ItemSource(new InputOptions { StandardInput = new MemoryStream(input) }));

        Assert.Equal(3, items.Select(static item => item.Key).Distinct().Count());
    }

    private static ItemSource Lists(params string[][] lists) => new(new InputOptions
    {
        Lists = [.. lists.Select(static list => list.Select(Encoding.UTF8.GetBytes).ToArray())],
        StandardInput = Stream.Null,
    });

    private static ItemSource Lines(string input, bool nul = false, char? separator = null, bool header = false) => new(new InputOptions
    {
        StandardInput = new MemoryStream(Encoding.UTF8.GetBytes(input)),
        EndWithNul = nul,
        Separator = (byte?)separator,
        HasHeader = header,
    });

    private static async Task<List<RunItem>> ReadAsync(ItemSource source)
    {
        List<RunItem> items = [];
        await foreach (RunItem item in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            items.Add(item);
        }

        return items;
    }
}
