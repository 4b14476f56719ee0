using System.Runtime.CompilerServices;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Turns arguments and lines into items: reads URLs, finds duplicates, gives names. Memory: 16 to 32 bytes an item, twice with names.</summary>
internal sealed class UrlList
{
    private readonly TransferOptions _options;
    private readonly FingerprintTable _seen = new();
    private readonly NameTable? _names;

    // Neighbours mostly share their host; one string serves them all.
    private string _lastHost = "";

    /// <param name="options">Where the URLs come from.</param>
    /// <param name="withNames">Whether each URL needs a file name.</param>
    public UrlList(TransferOptions options, bool withNames)
    {
        _options = options;
        _names = withNames ? new NameTable() : null;
    }

    /// <summary>Gives the items in the order of the list, lazily. Empty lines and lines that begin with <c>#</c> are none.</summary>
    /// <exception cref="RunException">The file cannot be read.</exception>
    public async IAsyncEnumerable<FetchItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long line = 0;
        foreach (string url in _options.Urls)
        {
            line++;
            if (url != "-" && ToItem(new InputLine(line, url, null)) is { } item)
            {
                yield return item;
            }
        }

        string? input = _options.InputFile ?? (_options.Urls.Contains("-") ? "-" : null);
        if (input is null)
        {
            yield break;
        }

        await using Stream? file = input == "-" ? null : Open(input);
        Stream stream = file ?? _options.StandardInput;
        long before = line;
        await foreach (InputLine text in new LineReader(stream, _options.NulSeparated).ReadAsync(cancellationToken))
        {
            if (ToItem(text with { Number = before + text.Number }) is { } item)
            {
                yield return item;
            }
        }
    }

    /// <summary>Makes the item of one line, or <see langword="null"/> for a comment.</summary>
    internal FetchItem? ToItem(InputLine line)
    {
        if (line.Problem is not null)
        {
            return new FetchItem { Line = line.Number, Label = $"line {line.Number}", Problem = line.Problem };
        }

        string text = line.Text!.Trim(' ', '\t', '\r');
        if (text.Length == 0 || text[0] == '#')
        {
            return null;
        }

        if (!UrlText.TryParse(text, out Uri? uri, out string? problem))
        {
            return new FetchItem { Line = line.Number, Label = UrlText.Label(text), Problem = $"line {line.Number}: {problem}" };
        }

        long sameAs = _seen.Add(UrlText.Identity(uri), line.Number);
        if (sameAs == 0 && !uri.Authority.Equals(_lastHost, StringComparison.Ordinal))
        {
            _lastHost = uri.Authority;
        }

        return new FetchItem
        {
            Line = line.Number,
            Label = UrlText.Label(uri),
            Uri = uri,
            Host = sameAs == 0 ? _lastHost : "",
            Name = sameAs == 0 && _names is not null ? _names.Take(uri, line.Number) : "",
            SameAsLine = sameAs,
        };
    }

    private static FileStream Open(string input)
    {
        try
        {
            return new FileStream(input, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw RunException.File("cannot read the list", UrlText.Printable(input), exception);
        }
    }
}
