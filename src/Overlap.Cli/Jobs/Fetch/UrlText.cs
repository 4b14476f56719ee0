using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Reads URLs and writes them for people: whatever is printed, kept in a journal or drawn went through here.</summary>
internal static class UrlText
{
    private const int MaxLabelLength = 2_000;
    private const string Mask = "***";

    private static readonly SearchValues<string> SecretNames =
        SearchValues.Create(["token", "key", "sig", "pass", "pwd", "auth", "secret", "credential"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an absolute http or https URL.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? uri, [NotNullWhen(false)] out string? problem)
    {
        uri = null;
        if (text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f', StringComparison.Ordinal))
        {
            problem = "the URL contains a control character";
        }
        else if (!text.Contains("://", StringComparison.Ordinal))
        {
            problem = "not a URL: it does not begin with http:// or https://";
        }
        else if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? parsed))
        {
            problem = "not a valid URL";
        }
        else if (!IsHttp(parsed))
        {
            problem = $"the scheme {Printable(parsed.Scheme)} is refused; only http and https are fetched";
        }
        else if (parsed.Host.Length == 0)
        {
            problem = "not a valid URL: it names no host";
        }
        else
        {
            uri = parsed;
            problem = null;
            return true;
        }

        return false;
    }

    /// <summary>Whether the scheme is http or https.</summary>
    public static bool IsHttp(Uri uri) => uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps;

    /// <summary>The URL as the same work is told apart from other work: normalised, without its fragment.</summary>
    public static ReadOnlySpan<char> Identity(Uri uri)
    {
        string text = uri.AbsoluteUri;
        int fragment = text.IndexOf('#', StringComparison.Ordinal);
        return fragment < 0 ? text : text.AsSpan(0, fragment);
    }

    /// <summary>What a journal knows the URL by: the URL itself, or a masked one with a fingerprint when it holds secrets.</summary>
    public static string Key(Uri uri)
    {
        ReadOnlySpan<char> identity = Identity(uri);
        string label = Label(uri);
        return identity.SequenceEqual(label) ? label : $"{label} {Fingerprint.Stable.Of(identity).High:x16}";
    }

    /// <summary>The URL without secrets: no user-info, and no values of parameters that are named like keys.</summary>
    public static string Label(Uri uri)
    {
        string text = uri.AbsoluteUri;
        if (uri.UserInfo.Length > 0)
        {
            text = MaskUserInfo(text);
        }

        int query = text.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 && text.AsSpan(query).ContainsAny(SecretNames))
        {
            text = MaskParameters(text, query);
        }

        return text.Length <= MaxLabelLength ? text : string.Concat(text.AsSpan(0, MaxLabelLength), "…");
    }

    /// <summary>Whatever stood in the list, printable on one line, without secrets, and not too long.</summary>
    public static string Label(string text)
    {
        string label = Printable(MaskUserInfo(text.Length > 200 ? string.Concat(text.AsSpan(0, 200), "…") : text));
        int query = label.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? label : MaskParameters(label, query);
    }

    /// <summary>Replaces what could move a cursor, break a line or turn the reading direction.</summary>
    public static string Printable(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        StringBuilder result = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsUnsafeToShow(rune))
            {
                result.Append('?');
            }
            else
            {
                result.Append(rune.ToString());
            }
        }

        return result.ToString();
    }

    /// <summary>Whether a character is invisible, moves the cursor or turns the reading direction.</summary>
    public static bool IsUnsafeToShow(Rune rune) => Rune.IsControl(rune)
        || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.LineSeparator
            or System.Globalization.UnicodeCategory.ParagraphSeparator
            or System.Globalization.UnicodeCategory.Surrogate;

    private static string MaskUserInfo(string text)
    {
        int start = text.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
        {
            return text;
        }

        start += 3;
        int end = text.AsSpan(start).IndexOfAny('/', '?', '#');
        int at = text.AsSpan(start, end < 0 ? text.Length - start : end).LastIndexOf('@');
        return at < 0 ? text : string.Concat(text.AsSpan(0, start), Mask, text.AsSpan(start + at));
    }

    private static string MaskParameters(string text, int query)
    {
        int fragment = text.IndexOf('#', query);
        int end = fragment < 0 ? text.Length : fragment;
        StringBuilder result = new(text, 0, query + 1, text.Length);
        bool first = true;
        foreach (string parameter in text[(query + 1)..end].Split('&'))
        {
            int equals = parameter.IndexOf('=', StringComparison.Ordinal);
            bool secret = equals > 0 && parameter.AsSpan(0, equals).ContainsAny(SecretNames);
            result.Append(first ? "" : "&").Append(secret ? $"{parameter.AsSpan(0, equals)}={Mask}" : parameter);
            first = false;
        }

        return result.Append(text, end, text.Length - end).ToString();
    }
}
