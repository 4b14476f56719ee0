using Overlap.Processes.Native;

namespace Overlap.Processes.Transport;

/// <summary>Decides how long to look for the other side's answer before sleeping.</summary>
/// <remarks>
/// Looking only helps while the other side runs on another processor: on the same one it keeps the other side from answering.
/// And it only pays when answers come soon; so it is given up while they do not, and tried again now and then.
/// Source: time-boxed spinning with the success rate as an exponentially weighted mean; the processor's number as the peer last published it.
/// </remarks>
internal struct PeerSpin()
{
    private const long LongestNanoseconds = 20_000;
    private const double Weight = 0.05;
    private const double LeastSuccess = 0.2;
    private const int TryAgainEvery = 64;

    private static readonly long LongestTicks = LongestNanoseconds * TimeProvider.System.TimestampFrequency / 1_000_000_000;

    private double _success = 1;
    private int _skipped;

    /// <summary>Looks for data for a moment.</summary>
    /// <returns>Whether it came.</returns>
    public bool TryAwait(RingReader reader)
    {
        int here = MemoryCalls.GetProcessor();
        if (reader.ProducerProcessor == here || Environment.ProcessorCount == 1 || _success < LeastSuccess)
        {
            if (++_skipped % TryAgainEvery == 0)
            {
                _success = Math.Min(1, _success + LeastSuccess);
            }

            return false;
        }

        long end = TimeProvider.System.GetTimestamp() + LongestTicks;
        do
        {
            for (int i = 0; i < 8; i++)
            {
                if (reader.HasData)
                {
                    _success += (1 - _success) * Weight;
                    return true;
                }

                Thread.SpinWait(1);
            }
        }
        while (TimeProvider.System.GetTimestamp() < end);
        _success -= _success * Weight;
        return false;
    }
}
