using Overlap.Processes.Native;

namespace Overlap.Processes.Transport;

/// <summary>Decides how long to look for the other side's answer before sleeping.</summary>
/// <remarks>
/// Looking only helps while the other side runs on another processor: on the same one it keeps the other side from answering.
/// Source: time-boxed spinning; the processor's number as the peer last published it.
/// </remarks>
internal struct PeerSpin()
{
    private SpinRate _rate = new();

    /// <summary>Looks for data for a moment.</summary>
    /// <returns>Whether it came.</returns>
    public bool TryAwait(RingReader reader)
    {
        int here = MemoryCalls.GetProcessor();
        if (reader.ProducerProcessor == here)
        {
            _rate.Skip();
            return false;
        }

        if (!_rate.IsWorthIt())
        {
            return false;
        }

        long end = TimeProvider.System.GetTimestamp() + SpinRate.LongestTicks;
        do
        {
            for (int i = 0; i < 8; i++)
            {
                if (reader.HasData)
                {
                    _rate.Note(hasCome: true);
                    return true;
                }

                Thread.SpinWait(1);
            }
        }
        while (TimeProvider.System.GetTimestamp() < end);
        _rate.Note(hasCome: false);
        return false;
    }
}
