using System.Text;

namespace Overlap.Cli.Jobs.Run;

/// <summary>One input: bytes, as they came.</summary>
/// <param name="Sequence">Its place in the input, from 1.</param>
/// <param name="Text">The whole of it.</param>
/// <param name="Columns">Its columns; one, when the input has none.</param>
/// <param name="Problem">Why it cannot be used; <see langword="null"/> when it can.</param>
internal sealed record RunItem(long Sequence, byte[] Text, IReadOnlyList<byte[]> Columns, string? Problem)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What tells it from others: different bytes never have the same key.</summary>
    public string Key => Columns is [_] ? KeyOf(Text) : string.Join('\0', Columns.Select(KeyOf));

    /// <summary>What a reader calls it: one line of at most 200 characters.</summary>
    public string Label => PrintableText.Of(Text, 200);

    private static string KeyOf(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return $"\u0001{Convert.ToHexString(bytes)}";
        }
    }
}
