using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>Shows how far a run is: one line in place on a terminal, else a plain line now and then.</summary>
/// <remarks>Cost: counting an item is one addition; a timer draws, at most ten times a second.</remarks>
internal sealed class ProgressDisplay : IItemListener, IDisposable
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private readonly Terminal _terminal;
    private readonly string _title;
    private readonly long? _total;
    private readonly long _startedAt;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _ended;
    private long _failed;

    // Guarded by _gate: no drawing after the line is cleared.
    private bool _stopped;

    /// <param name="terminal">Where to draw.</param>
    /// <param name="title">What runs.</param>
    /// <param name="total">The number of items, if it is known.</param>
    public ProgressDisplay(Terminal terminal, string title, long? total)
    {
        _terminal = terminal;
        _title = title;
        _total = total;
        _startedAt = terminal.TimeProvider.GetTimestamp();
        TimeSpan every = terminal.CanRedraw ? RedrawEvery : LineEvery;
        _timer = terminal.TimeProvider.CreateTimer(static state => ((ProgressDisplay)state!).Draw(), this, every, every);
    }

    public void OnEnded(in ItemEnd end)
    {
        Volatile.Write(ref _ended, _ended + 1);
        if (end.Result.Status == ItemStatus.Failed)
        {
            Volatile.Write(ref _failed, _failed + 1);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _stopped = true;
            if (_terminal.CanRedraw)
            {
                _terminal.Messages.SetStatus("");
            }
        }
    }

    private void Draw()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            string line = Line();
            if (_terminal.CanRedraw)
            {
                _terminal.Messages.SetStatus(line.Length < _terminal.Width ? line : line[..(_terminal.Width - 1)]);
            }
            else
            {
                _terminal.Messages.WriteLine(line);
            }
        }
    }

    private string Line()
    {
        long ended = Volatile.Read(ref _ended);
        long failed = Volatile.Read(ref _failed);
        double elapsed = _terminal.TimeProvider.GetElapsedTime(_startedAt).TotalSeconds;
        double rate = elapsed > 0 ? ended / elapsed : 0;
        string done = _total is { } total && total > 0 ? $"{ended:N0}/{total:N0} ({100 * ended / total} %)" : $"{ended:N0}";
        string rest = _total is { } all && rate > 0 && ended < all ? $" · {Text.Remaining((all - ended) / rate)} left" : "";
        return $"{_title}: {done} · {Text.Rate(rate)}{rest} · {failed:N0} failed";
    }
}
