using System.Text;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

public sealed class LineSplitterTests
{
    private readonly List<(string Text, long? Call)> _lines = [];
    private readonly LineSplitter _splitter;

    public LineSplitterTests() => _splitter = new((text, call) => _lines.Add((text, call)));

    [Fact]
    public void Add_LinesInParts_AreJoined()
    {
        Add("one\ntw", "o\r\n\nthr", "ee");
        _splitter.End();
        Assert.Equal([("one", null), ("two", null), ("", null), ("three", null)], _lines);
    }

    [Fact]
    public void Add_EveryCut_GivesTheSameLines()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("plain\n\u001e12\u001fäöü 😀\nnative\u001e7\u001fmanaged\n\u001e\u001fof none\n");
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            _lines.Clear();
            _splitter.Add(bytes.AsSpan(0, cut));
            _splitter.Add(bytes.AsSpan(cut));
            Assert.Equal([("plain", null), ("äöü 😀", 12), ("native", null), ("managed", 7), ("of none", null)], _lines);
        }
    }

    [Theory]
    [InlineData("\u001e")]
    [InlineData("\u001ex\u001ftext")]
    [InlineData("\u001e12 text")]
    [InlineData("\u001e99999999999999999999\u001ftext")]
    public void Add_NoWholeMarker_IsText(string line)
    {
        Add(line + "\n");
        Assert.Equal([(line, null)], _lines);
    }

    [Fact]
    public void Add_MarkerInsideMarkedLine_IsText()
    {
        Add("\u001e5\u001fa\u001e6\u001fb\n");
        Assert.Equal([("a\u001e6\u001fb", 5)], _lines);
    }

    [Fact]
    public void Add_LineTooLong_PiecesKeepTheCallAndTheCharacters()
    {
        string text = string.Concat(Enumerable.Repeat("€", LineSplitter.MaxLine));
        Add($"\u001e5\u001f{text}\nnext\n");
        Assert.Equal(text, string.Concat(_lines.Where(static line => line.Call == 5).Select(static line => line.Text)));
        Assert.Equal(("next", null), _lines[^1]);
    }

    [Fact]
    public void Add_BytesThatAreNoText_AreReplaced()
    {
        _splitter.Add([0xff, (byte)'a', (byte)'\n']);
        Assert.Equal([("\ufffda", null)], _lines);
    }

    [Fact]
    public void Add_OnlyContinuationBytes_AreCutAndGiven()
    {
        byte[] bytes = new byte[(2 * LineSplitter.MaxLine) + 1];
        Array.Fill(bytes, (byte)0x80);
        _splitter.Add(bytes);
        _splitter.End();
        Assert.Equal(bytes.Length, _lines.Sum(static line => line.Text.Length));
    }

    private void Add(params string[] parts)
    {
        foreach (string part in parts)
        {
            _splitter.Add(Encoding.UTF8.GetBytes(part));
        }
    }
}
