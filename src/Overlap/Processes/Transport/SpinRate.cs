namespace Overlap.Processes.Transport;

/// <summary>Tells whether looking for an answer is worth the processor: not while answers come too late for it, but tried again now and then.</summary>
/// <remarks>Source: the success rate as an exponentially weighted mean. Used by one thread.</remarks>
internal struct SpinRate()
{
    /// <summary>The longest look: about what a sleep and a wake-up take. In ticks of the monotonic clock.</summary>
    public static readonly long LongestTicks = LongestNanoseconds * TimeProvider.System.TimestampFrequency / 1_000_000_000;

    private const long LongestNanoseconds = 30_000;
    private const double Weight = 0.05;
    private const double LeastSuccess = 0.2;
    private const int TryAgainEvery = 64;

    private double _success = 1;
    private int _skipped;

    /// <summary>Whether to look now.</summary>
    public bool IsWorthIt()
    {
        if (Environment.ProcessorCount > 1 && _success >= LeastSuccess)
        {
            return true;
        }

        Skip();
        return false;
    }

    /// <summary>Notes an occasion that was passed by.</summary>
    public void Skip()
    {
        if (++_skipped % TryAgainEvery == 0)
        {
            _success = Math.Min(1, _success + LeastSuccess);
        }
    }

    /// <summary>Notes how a look went.</summary>
    public void Note(bool hasCome) => _success += ((hasCome ? 1 : 0) - _success) * Weight;
}
