namespace Overlap.Cli.Sites;

/// <summary>Allows so many requests a second, evenly, with a burst of one second's worth.</summary>
internal sealed class RequestAllowance(double perSecond, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly double _burst = Math.Max(1, perSecond);

    // Guarded by _gate.
    private double _tokens = Math.Max(1, perSecond);
    private long _filledAt = timeProvider.GetTimestamp();

    public bool TryTake()
    {
        lock (_gate)
        {
            long now = timeProvider.GetTimestamp();
            _tokens = Math.Min(_burst, _tokens + (timeProvider.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
            _filledAt = now;
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }
}
