namespace Overlap.Adaptation;

/// <summary>How fast calls may start after the other side refused some: a little below what it accepted, then slowly up again.</summary>
/// <remarks>
/// A limit of calls in flight cannot hold a rate: one worker of 20 ms makes 50 calls a second.
/// Source: the shape is that of CUBIC (RFC 9438): quickly near the rate that was refused, long just below it, then faster and faster beyond.
/// </remarks>
internal sealed class StartPace
{
    private const double Memory = 4;
    private const double AtFirst = 0.93;
    private const double Near = 0.05;
    private const double NearAfter = 5;
    private const double Growth = 0.02;
    private const double GrowthAfter = 30;

    // When the pace allows so much more than what is done, something else holds calls back and it can go.
    private const double Needless = 3;

    private double _accepted;
    private double _seconds;
    private double _refusedAt;
    private TimeSpan _since;

    /// <summary>Starts a second; <see langword="null"/> for as many as there are.</summary>
    public double? PerSecond { get; private set; }

    /// <summary>Takes a stretch in which something may have been accepted.</summary>
    public void Add(in LimitSample sample)
    {
        double kept = Math.Exp(-sample.Elapsed.TotalSeconds / Memory);
        _accepted = (_accepted * kept) + sample.Ended;
        _seconds = (_seconds * kept) + sample.Elapsed.TotalSeconds;
        if (PerSecond is not null && sample.Refused == 0)
        {
            double since = (sample.At - _since).TotalSeconds;
            PerSecond = _refusedAt * (AtFirst + (Near * Math.Min(1, since / NearAfter)) + (Growth * Math.Pow(since / GrowthAfter, 3)));
            if (PerSecond > Needless * sample.Throughput && since > GrowthAfter)
            {
                PerSecond = null;
            }
        }
    }

    /// <summary>Notes that calls were refused: they come at less than what was accepted from now on.</summary>
    /// <param name="at">When.</param>
    public void Refuse(TimeSpan at)
    {
        double accepted = _seconds > 0 ? _accepted / _seconds : 0;
        if (accepted > 0)
        {
            _refusedAt = PerSecond is { } pace ? Math.Min(accepted, pace) : accepted;
            _since = at;
            PerSecond = _refusedAt * AtFirst;
        }
    }
}
