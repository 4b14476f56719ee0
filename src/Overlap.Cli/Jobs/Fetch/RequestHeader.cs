using System.Diagnostics.CodeAnalysis;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>One header that the user adds to the requests.</summary>
internal sealed record RequestHeader(string Name, string Value)
{
    // They frame the message or belong to the connection: a user's value would make requests that mean something else.
    private static readonly HashSet<string> Ours = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Expect", "Host", "If-Range", "Keep-Alive", "Proxy-Connection", "Range", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade",
    };

    /// <summary>Reads <c>Name: value</c>. A line break or any other control character is refused: it would start another header.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RequestHeader? header, [NotNullWhen(false)] out string? reason)
    {
        header = null;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            reason = "a header is written Name: value";
            return false;
        }

        string name = text[..colon];
        string value = text[(colon + 1)..].Trim(' ', '\t');
        if (!name.All(IsTokenCharacter))
        {
            reason = "a header name has letters, digits and -_.!#$%&'*+^`|~ only";
        }
        else if (value.Any(c => char.IsControl(c) && c != '\t'))
        {
            reason = $"the value of {name} contains a line break or another control character";
        }
        else if (value.Any(c => c > '\x7e'))
        {
            reason = $"the value of {name} contains a character outside ASCII";
        }
        else if (Ours.Contains(name))
        {
            reason = $"{name} is set by the program itself";
        }
        else
        {
            reason = null;
            header = new RequestHeader(name, value);
            return true;
        }

        return false;
    }

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "-_.!#$%&'*+^`|~".Contains(c, StringComparison.Ordinal);
}
