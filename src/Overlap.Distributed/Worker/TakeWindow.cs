using Overlap.Synchronization;

namespace Overlap.Distributed.Worker;

/// <summary>How many deliveries may be held: as many as run, and as many more as will take about a given time.</summary>
/// <remarks>
/// Long calls are not hoarded: of calls that take longer than that time, none is held but those that run, so others may have them. Short ones come in
/// large batches, so that the broker's answers do not limit them.
/// </remarks>
internal sealed class TakeWindow(int slots, TimeSpan ahead, int maxAhead) : IDisposable
{
    // How much the newest duration counts in the running mean.
    private const double Weight = 0.1;

    private readonly AsyncAutoResetEvent _freed = new();
    private readonly double _aheadSeconds = ahead.TotalSeconds;

    // Seconds; bits of a double. Several may write at a time: one of their values stays, and a mean forgives that.
    private long _mean = BitConverter.DoubleToInt64Bits(double.NaN);
    private int _held;
    private volatile bool _isNarrow;

    /// <summary>How many are held.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Whether one only may be held, whatever its calls take.</summary>
    public bool IsNarrow
    {
        get => _isNarrow;
        set
        {
            _isNarrow = value;
            _freed.Set();
        }
    }

    /// <summary>How many may be held now.</summary>
    public int Capacity
    {
        get
        {
            if (_isNarrow)
            {
                return 1;
            }

            double mean = BitConverter.Int64BitsToDouble(Volatile.Read(ref _mean));
            double wanted = double.IsNaN(mean) ? 0 : slots * _aheadSeconds / Math.Max(mean, 1e-6);
            return slots + (wanted < 1 ? 0 : (int)Math.Min(wanted, maxAhead));
        }
    }

    /// <summary>Counts how long a call took.</summary>
    public void Observe(TimeSpan duration)
    {
        double mean = BitConverter.Int64BitsToDouble(Volatile.Read(ref _mean));
        double next = double.IsNaN(mean) ? duration.TotalSeconds : mean + (Weight * (duration.TotalSeconds - mean));
        Volatile.Write(ref _mean, BitConverter.DoubleToInt64Bits(next));
    }

    /// <summary>Takes places.</summary>
    public void Take(int count) => Interlocked.Add(ref _held, count);

    /// <summary>Gives places back.</summary>
    public void Free(int count)
    {
        if (count > 0)
        {
            Interlocked.Add(ref _held, -count);
            _freed.Set();
        }
    }

    public void Dispose() => _freed.Dispose();

    /// <summary>Waits until there is a free place.</summary>
    /// <returns>How many there are.</returns>
    public async ValueTask<int> WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int room = Capacity - Held;
            if (room > 0)
            {
                return room;
            }

            await _freed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
