namespace Overlap.Processes.Transport;

/// <summary>The words in front of a ring's frames, each on cache lines of its own.</summary>
/// <remarks>
/// <c>Tail</c> is written by the producer, <c>Head</c> by the consumer; both count bytes since the begin and never go back.
/// A waiting word is set by who goes to sleep and cleared by who wakes it.
/// </remarks>
internal readonly unsafe struct RingWords(byte* start)
{
    private const int Line = 128;

    /// <summary>The consumer's sleep: 0 awake, 1 sleeping but may be woken a little late, 2 sleeping and to be woken at once.</summary>
    public const int Awake = 0;
    public const int Drowsy = 1;
    public const int Asleep = 2;

    /// <summary>A caller waits in place of the consumer, and looks.</summary>
    public const int Looking = 1;

    public ref long Tail => ref *(long*)start;

    public ref long Head => ref *(long*)(start + Line);

    public int* ConsumerWaiting => (int*)(start + (2 * Line));

    /// <summary>
    /// Set by a caller that waits for its reply itself, in place of the consumer: 0 nobody, 1 it looks, 2 it sleeps. While it is set the consumer is
    /// not woken.
    /// </summary>
    public int* CallerWaiting => (int*)(start + (3 * Line));

    public int* ProducerWaiting => (int*)(start + (4 * Line));

    /// <summary>The processor on which the producer was last seen.</summary>
    public ref int ProducerProcessor => ref *(int*)(start + (5 * Line));

    public byte* Data => start + SegmentLayout.PageSize;
}
