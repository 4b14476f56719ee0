using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Worker;

/// <summary>
/// Sees to it that a message on its last delivery runs with nothing beside it. So it is known, if its holder dies, which message it was; and those
/// that only ran together with a poison are not taken for one.
/// </summary>
/// <remarks>
/// Order: such a message waits until what is held has ended, a minute at most; meanwhile nothing is received, and what becomes due goes back.
/// Race: called by the pump alone, but for the end of its patience. What it gives back was not begun, so a death before it is back counts not.
/// Memory: none. Cost: a look at each delivery.
/// </remarks>
internal sealed class Solitude : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly int _last;
    private readonly TakeWindow _window;
    private readonly Action<Delivery> _giveBack;
    private readonly ITimer _patience;

    // Written by the timer, taken back by the pump.
    private volatile bool _isImpatient;

    public Solitude(WorkerOptions options, TakeWindow window, Action<Delivery> giveBack)
    {
        _last = options.MaxDeliveries;
        _window = window;
        _giveBack = giveBack;
        _patience = options.TimeProvider.CreateTimer(static solitude => ((Solitude)solitude!).EndPatience(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gives back what is to come alone and has not, and names the others.</summary>
    /// <param name="deliveries">What was received; the window counts them already.</param>
    public IEnumerable<Delivery> Admit(IReadOnlyList<Delivery> deliveries)
    {
        if (!deliveries.Any(IsLast))
        {
            // A minute passes anew for the next that comes.
            Leave();
            return deliveries;
        }

        // Narrow before the look: see Intake.BecomeDue.
        _window.IsNarrow = true;
        if (deliveries.Count == 1 && _window.Held == 1)
        {
            _isImpatient = false;
            _patience.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return deliveries;
        }

        if (_isImpatient)
        {
            // Some call here does not end: better with company than never.
            Leave();
            return deliveries;
        }

        _patience.Change(Patience, Timeout.InfiniteTimeSpan);
        foreach (Delivery delivery in deliveries.Where(IsLast))
        {
            _giveBack(delivery);
        }

        return deliveries.Where(delivery => !IsLast(delivery));
    }

    public void Dispose() => _patience.Dispose();

    // Where one delivery is all there are, none is a second chance to be protected.
    private bool IsLast(Delivery delivery) => delivery.Attempt == _last && _last > 1;

    private void Leave()
    {
        _isImpatient = false;
        _window.IsNarrow = false;
        _patience.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void EndPatience()
    {
        _isImpatient = true;
        _window.IsNarrow = false;
    }
}
