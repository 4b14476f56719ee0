namespace Overlap.Pipelines;

/// <summary>Since when there is no room for what a stage gives, for its meter. Its owner's gate guards it.</summary>
internal struct FullTime
{
    // 0: there is room, or nobody measures.
    private long _since;

    /// <summary>Says that somebody waits for room; again is legal.</summary>
    public void Begin(StageMeter? meter)
    {
        if (meter is not null && _since == 0)
        {
            _since = meter.Now();
        }
    }

    /// <summary>Says that nobody does any more, and tells the meter how long it was.</summary>
    /// <returns>When it began; 0 if it had not. Unit: the meter's ticks.</returns>
    public long End(StageMeter? meter)
    {
        long since = _since;
        if (since != 0)
        {
            meter!.WaitedForOutput(meter.Now() - since);
            _since = 0;
        }

        return since;
    }

    /// <summary>How long it has been so by now. Unit: the meter's ticks.</summary>
    public readonly long SoFar(StageMeter? meter) => meter is null || _since == 0 ? 0 : meter.Now() - _since;
}
