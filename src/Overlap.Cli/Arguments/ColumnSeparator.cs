namespace Overlap.Cli.Arguments;

/// <summary>What stands between two columns, as a user writes it: one character of ASCII, <c>\t</c>, or <c>csv</c> and <c>tsv</c>.</summary>
internal sealed record ColumnSeparator(byte Value)
{
    public const string Expected = "one character such as , or ; or \\t, or csv or tsv";

    public static ColumnSeparator? TryParse(string text) => text switch
    {
        "csv" => new ColumnSeparator((byte)','),
        "tsv" or "\\t" => new ColumnSeparator((byte)'\t'),
        [char only] when char.IsAscii(only) && only is not ('"' or '\n' or '\r' or '\0') => new ColumnSeparator((byte)only),
        _ => null,
    };
}
