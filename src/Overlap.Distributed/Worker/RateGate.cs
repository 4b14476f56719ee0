using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

/// <summary>Says when the next call of a task may start, so that no more start in a time than its rate limit allows.</summary>
/// <remarks>
/// A token bucket of one token: calls are spread evenly, with no burst. Who is told a time within the horizon has that time to itself; who is told a
/// later one has not, and is to come again then: such times are spread too, so that those who come again do not come together.
/// </remarks>
internal sealed class RateGate(RateLimit limit)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private RateLimit _limit = limit;
    private DateTimeOffset _next;
    private DateTimeOffset _comesAgain;

    /// <summary>Changes the limit. Times that were given stay.</summary>
    public void Change(RateLimit limit)
    {
        _gate.Enter();
        _limit = limit;
        _gate.Exit();
    }

    /// <summary>Reserves the next time, if it is near.</summary>
    /// <param name="now">The time.</param>
    /// <param name="horizon">How far ahead a time may be reserved.</param>
    /// <param name="at">The time that was reserved, or when to come again.</param>
    /// <returns>Whether it was reserved.</returns>
    public bool TryReserve(DateTimeOffset now, TimeSpan horizon, out DateTimeOffset at)
    {
        _gate.Enter();
        try
        {
            DateTimeOffset next = _next > now ? _next : now;
            if (next - now <= horizon)
            {
                at = next;
                _next = next + _limit.Interval;
                return true;
            }

            _comesAgain = (_comesAgain > next ? _comesAgain : next) + _limit.Interval;
            at = _comesAgain;
            return false;
        }
        finally
        {
            _gate.Exit();
        }
    }
}
