namespace Overlap.Timelines.Drawing;

/// <summary>What a lane, or many, did during one column: each phase in lanes, so that of one lane the sum is at most 1.</summary>
internal struct PhaseMix
{
    public double Working;
    public double Unattributed;
    public double Throttled;
    public double Retrying;
    public double Waiting;

    /// <summary>The calls that ended here by throwing, by being cancelled, or were cut off by the end of the recording.</summary>
    public int Failed;
    public int Canceled;
    public int Running;

    /// <summary>The calls in flight, on average over the column.</summary>
    public readonly double Busy => Working + Unattributed + Throttled + Retrying + Waiting;

    public readonly double this[SpanPhase phase] => phase switch
    {
        SpanPhase.Working => Working,
        SpanPhase.Waiting => Waiting,
        SpanPhase.Throttled => Throttled,
        SpanPhase.Retrying => Retrying,
        _ => Unattributed,
    };

    public void Add(SpanPhase phase, double amount)
    {
        switch (phase)
        {
            case SpanPhase.Working: Working += amount; break;
            case SpanPhase.Waiting: Waiting += amount; break;
            case SpanPhase.Throttled: Throttled += amount; break;
            case SpanPhase.Retrying: Retrying += amount; break;
            default: Unattributed += amount; break;
        }
    }
}
