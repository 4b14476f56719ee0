namespace Overlap.Processes.Transport;

/// <summary>Which captured tokens are cancelled, as the pool tells its worker.</summary>
/// <remarks>A number names a place in the table in its low bits; the place holds the number once the token is cancelled.</remarks>
internal readonly unsafe struct TokenTable(byte* start)
{
    private readonly byte* _start = start;

    /// <summary>The place of a token in the table.</summary>
    public static int PlaceOf(long number) => (int)(number % SegmentLayout.TokenCount);

    /// <summary>Notes that a token is cancelled, unless its place is a later one's already. By the pool, one at a time.</summary>
    public void Cancel(long number)
    {
        if (Volatile.Read(ref *At(number)) < number)
        {
            Volatile.Write(ref *At(number), number);
        }
    }

    public bool IsCanceled(long number) => Volatile.Read(ref *At(number)) == number;

    private long* At(long number) => (long*)_start + PlaceOf(number);
}
