using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Overlap.Cli.Sites;

/// <summary>The part of a page that a request asks for.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="Length">The number of bytes; 0 when the range cannot be satisfied.</param>
/// <param name="IsPartial">Whether the request named a range that counts.</param>
/// <remarks>Source: RFC 9110, sections 13.1.5 and 14. One range; a list of several counts as none, which the standard allows.</remarks>
internal readonly record struct ByteRange(long Start, long Length, bool IsPartial)
{
    public bool IsSatisfiable => Length > 0;

    public static ByteRange Of(IHeaderDictionary headers, long length, string entityTag)
    {
        ByteRange whole = new(0, length, IsPartial: false);
        if (headers.Range is not [{ } text] || !text.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
        {
            return whole;
        }

        // A condition on another version of the page: the whole of this one.
        if (headers.IfRange is [{ } condition] && condition != entityTag)
        {
            return whole;
        }

        if (text["bytes=".Length..].Split('-') is not [string first, string last])
        {
            return whole;
        }

        bool hasFirst = TryNumber(first, out long from);
        bool hasLast = TryNumber(last, out long to);
        return (hasFirst, hasLast) switch
        {
            (true, true) when to >= from => Part(from, Math.Min(to, length - 1), length),
            (true, false) when last.Length == 0 => Part(from, length - 1, length),
            (false, true) when first.Length == 0 => Part(Math.Max(0, length - to), length - 1, length),
            _ => whole,
        };
    }

    private static ByteRange Part(long from, long to, long length) =>
        new(from, from < length && to >= from ? to - from + 1 : 0, IsPartial: true);

    private static bool TryNumber(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
