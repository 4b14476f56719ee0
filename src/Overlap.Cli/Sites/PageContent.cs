using System.Text;

namespace Overlap.Cli.Sites;

/// <summary>The bytes of the site's pages.</summary>
/// <remarks>Pages differ in their number only, so that a million of them take the memory of two.</remarks>
internal static class PageContent
{
    /// <summary>The classic benchmark's large page.</summary>
    public const int LargeBytes = 10_966;

    /// <summary>The classic benchmark's small page.</summary>
    public const int SmallBytes = 276;

    private const string Head = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>A page to wait for</title></head>\n<body>\n";
    private const string Line = "<p>Most of the time of a download is waiting, and waiting can be shared.</p>\n";
    private const string Tail = "</body>\n</html>\n";

    private static readonly byte[] Large = Compose(LargeBytes);
    private static readonly byte[] Small = Compose(SmallBytes);

    /// <summary>Gives the classic page of a path: even numbers are large, odd ones small, and so is any other path by its last character.</summary>
    public static byte[] Of(ReadOnlySpan<char> path) => IsEven(path) ? Large : Small;

    /// <summary>Makes a page of an exact size.</summary>
    public static byte[] Compose(int bytes)
    {
        byte[] page = new byte[bytes];
        int at = Put(Head, page);
        while (bytes - at > Line.Length + Tail.Length)
        {
            at += Put(Line, page.AsSpan(at));
        }

        page.AsSpan(at).Fill((byte)' ');
        if (bytes - at >= Tail.Length)
        {
            Put(Tail, page.AsSpan(bytes - Tail.Length));
        }

        return page;
    }

    private static bool IsEven(ReadOnlySpan<char> path) => path is [.., char last] && (last & 1) == 0;

    private static int Put(string text, Span<byte> at) =>
        Encoding.ASCII.TryGetBytes(text, at, out int written) ? written : Encoding.ASCII.GetBytes(text.AsSpan(0, at.Length), at);
}
