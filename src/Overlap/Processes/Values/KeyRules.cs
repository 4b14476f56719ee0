namespace Overlap.Processes.Values;

/// <summary>How keys are compared, as a number: a dictionary that forgot its rule would find other keys, without a word.</summary>
internal static class KeyRules
{
    private static readonly StringComparer[] OfText =
        [StringComparer.Ordinal, StringComparer.OrdinalIgnoreCase, StringComparer.InvariantCulture, StringComparer.InvariantCultureIgnoreCase];

    /// <summary>Gives the number of a rule: 0 is the type's own.</summary>
    /// <exception cref="NotPortableException">It is a comparer of the program.</exception>
    public static byte Of<T>(IEqualityComparer<T> comparer) => Equals(comparer, EqualityComparer<T>.Default) ? (byte)0 : OfOther(comparer);

    /// <inheritdoc cref="Of{T}(IEqualityComparer{T})"/>
    public static byte Of<T>(IComparer<T> comparer) => Equals(comparer, Comparer<T>.Default) ? (byte)0 : OfOther(comparer);

    /// <summary>Gives the rule of a number.</summary>
    /// <exception cref="PayloadException">There is no such rule for such keys.</exception>
    public static IEqualityComparer<T> Equality<T>(byte rule) => rule == 0 ? EqualityComparer<T>.Default : (IEqualityComparer<T>)Other<T>(rule);

    /// <inheritdoc cref="Equality{T}"/>
    public static IComparer<T> Order<T>(byte rule) => rule == 0 ? Comparer<T>.Default : (IComparer<T>)Other<T>(rule);

    private static byte OfOther(object comparer)
    {
        int index = Array.FindIndex(OfText, comparer.Equals);
        return index >= 0
            ? (byte)(index + 1)
            : throw new NotPortableException(
                $"A collection that compares by {TypeNames.Of(comparer.GetType())} cannot travel to another process: comparers are code. " +
                "Use the default one or an ordinal or invariant StringComparer, or pass the items as an array.");
    }

    private static StringComparer Other<T>(byte rule) =>
        typeof(T) == typeof(string) && rule <= OfText.Length ? OfText[rule - 1] : throw PayloadException.Nonsense("comparer");
}
