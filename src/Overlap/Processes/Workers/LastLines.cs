namespace Overlap.Processes.Workers;

/// <summary>The last lines of a stream, and the runtime's headline of a fatal error if it has scrolled away.</summary>
internal sealed class LastLines
{
    private const int Kept = 20;
    private const int LongestKept = 2_000;

    private static readonly string[] Headlines =
        ["Process terminated.", "Unhandled exception.", "Stack overflow", "Out of memory", "Fatal error."];

    private readonly Queue<string> _lines = new(Kept);
    private string? _headline;

    public void Add(string line)
    {
        string kept = line.Length > LongestKept ? line[..LongestKept] : line;
        if (Array.Exists(Headlines, words => kept.StartsWith(words, StringComparison.Ordinal)))
        {
            _headline = kept;
        }

        if (_lines.Count == Kept)
        {
            _ = _lines.Dequeue();
        }

        _lines.Enqueue(kept);
    }

    public IReadOnlyList<string> ToList() =>
        _headline is null || _lines.Contains(_headline) ? [.. _lines] : [_headline, .. _lines];
}
