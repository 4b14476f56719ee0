namespace Overlap.Tests.Adaptation;

/// <summary>A clock that a simulation sets.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private long _nanoseconds;

    public override long TimestampFrequency => 1_000_000_000;

    public double Seconds
    {
        get => _nanoseconds / 1e9;
        set => _nanoseconds = Math.Max(_nanoseconds, (long)Math.Round(value * 1e9));
    }

    public override long GetTimestamp() => _nanoseconds;
}
