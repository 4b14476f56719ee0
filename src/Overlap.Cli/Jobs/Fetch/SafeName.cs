using System.Buffers;
using System.Text;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Makes file names that stay in their folder, whatever a URL says.</summary>
internal static class SafeName
{
    /// <summary>The longest name. Unit: bytes of UTF-8; what is appended to partial files still fits into a file system's 255.</summary>
    public const int MaxLength = 200;

    /// <summary>The name of a URL that ends in no name.</summary>
    public const string Default = "index.html";

    private const int MaxExtensionLength = 20;

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> Refused = SearchValues.Create("<>:\"|?*/\\");

    // Device names of Windows: a folder that is copied there must not lose files.
    private static readonly HashSet<string> Devices = new(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. Enumerable.Range(0, 10).SelectMany(n => new[] { $"COM{n}", $"LPT{n}" })],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes the name that a URL's last segment stands for.</summary>
    public static string FromUri(Uri uri)
    {
        string path = uri.AbsolutePath;
        return FromText(Uri.UnescapeDataString(path.AsSpan(path.LastIndexOf('/') + 1)));
    }

    /// <summary>Makes a name from any text that was decoded once.</summary>
    public static string FromText(string text)
    {
        string name = text[(text.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        if (name.AsSpan().ContainsAnyExcept(Plain))
        {
            name = Clean(name);
        }

        name = name.TrimStart('.', '-', ' ').TrimEnd('.', ' ');
        if (name.Length == 0)
        {
            return Default;
        }

        int dot = name.IndexOf('.', StringComparison.Ordinal);
        if (name.Length is >= 3 && Devices.Contains((dot < 0 ? name : name[..dot]).TrimEnd(' ')))
        {
            name = "_" + name;
        }

        // Ours: a finished file must not look like a partial one.
        if (name.EndsWith(PartFile.Suffix, StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(ResumeRecord.Suffix, StringComparison.OrdinalIgnoreCase))
        {
            name += "_";
        }

        return Shorten(name, MaxLength);
    }

    /// <summary>Puts something between stem and extension, and keeps the name short enough.</summary>
    public static string Append(string name, string addition)
    {
        int dot = ExtensionStart(name);
        return string.Concat(Shorten(name[..dot], MaxLength - Encoding.UTF8.GetByteCount(name.AsSpan(dot)) - addition.Length), addition, name[dot..]);
    }

    /// <summary>The form in which two names are the same file somewhere: on a disk that does not tell case apart.</summary>
    public static string Fold(string name) => name.ToUpperInvariant();

    private static string Clean(string name)
    {
        StringBuilder result = new(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            bool refused = UrlText.IsUnsafeToShow(rune) || rune.Value == 0xFFFD || (rune.IsBmp && Refused.Contains((char)rune.Value));
            if (!refused)
            {
                result.Append(Rune.IsWhiteSpace(rune) ? " " : rune.ToString());
            }
        }

        return result.ToString();
    }

    private static string Shorten(string name, int maxLength)
    {
        if (name.Length * 3 <= maxLength || Encoding.UTF8.GetByteCount(name) <= maxLength)
        {
            return name;
        }

        int dot = ExtensionStart(name);
        int room = maxLength - Encoding.UTF8.GetByteCount(name.AsSpan(dot));
        int end = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (rune.Utf8SequenceLength > room || end >= dot)
            {
                break;
            }

            room -= rune.Utf8SequenceLength;
            end += rune.Utf16SequenceLength;
        }

        return string.Concat(name.AsSpan(0, end).TrimEnd([' ', '.']), name.AsSpan(dot));
    }

    private static int ExtensionStart(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot <= 0 || Encoding.UTF8.GetByteCount(name.AsSpan(dot)) > MaxExtensionLength ? name.Length : dot;
    }
}
