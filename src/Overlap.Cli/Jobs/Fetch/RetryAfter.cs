using System.Globalization;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Reads <c>Retry-After</c>: whole seconds, or a date. Nonsense is as if the header were missing, and so is the past.</summary>
internal static class RetryAfter
{
    // Longer than anyone waits; what matters is only that it is beyond every limit.
    private static readonly TimeSpan Forever = TimeSpan.FromDays(36_500);

    /// <summary>Reads the header of a response.</summary>
    public static TimeSpan? Of(HttpResponseMessage response, TimeProvider time) =>
        response.Headers.NonValidated.TryGetValues("Retry-After", out var values) && values.Count > 0
            ? Parse(values.First(), time.GetUtcNow())
            : null;

    /// <summary>Reads a value.</summary>
    public static TimeSpan? Parse(string value, DateTimeOffset now)
    {
        string text = value.Trim();
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
        {
            return text.Length <= 10 ? TimeSpan.FromSeconds(long.Parse(text, CultureInfo.InvariantCulture)) : Forever;
        }

        bool isDate = DateTimeOffset.TryParseExact(
            text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date);
        return isDate && date > now ? date - now : null;
    }
}
