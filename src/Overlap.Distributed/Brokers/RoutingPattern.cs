namespace Overlap.Distributed.Brokers;

/// <summary>Patterns of routing keys, which are words with dots between them: <c>*</c> is one word, <c>#</c> any number of them, also none.</summary>
/// <remarks>Source: AMQP 0-9-1, topic exchanges.</remarks>
internal static class RoutingPattern
{
    private const int MostWords = 128;

    /// <summary>Whether a routing key fits a pattern.</summary>
    public static bool Fits(string pattern, string routingKey)
    {
        ReadOnlySpan<string> patternWords = Words(pattern);
        ReadOnlySpan<string> keyWords = Words(routingKey);

        // fits[k]: the pattern so far fits the first k words. One row at a time, so that many '#' cost no more than few.
        Span<bool> fits = keyWords.Length < MostWords ? stackalloc bool[keyWords.Length + 1] : new bool[keyWords.Length + 1];
        fits[0] = true;
        foreach (string word in patternWords)
        {
            if (word == "#")
            {
                for (int count = 1; count < fits.Length; count++)
                {
                    fits[count] |= fits[count - 1];
                }

                continue;
            }

            for (int count = fits.Length - 1; count > 0; count--)
            {
                fits[count] = fits[count - 1] && (word == "*" || word == keyWords[count - 1]);
            }

            fits[0] = false;
        }

        return fits[^1];
    }

    private static ReadOnlySpan<string> Words(string text) => text.Length == 0 ? [] : text.Split('.');
}
