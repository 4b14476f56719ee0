namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Watches the reads and writes of one variable for lost updates: a lane writes over what another wrote since the lane read.</summary>
internal sealed class UpdateHistory
{
    private int[] _readAt = new int[4];   // By lane: the version that it read last, −1 once it has written.
    private int _version = 1;
    private int _writer = -1;

    /// <summary>Notes a read.</summary>
    public void OnRead(int lane)
    {
        if (lane >= _readAt.Length)
        {
            Array.Resize(ref _readAt, Math.Max(lane + 1, _readAt.Length * 2));
        }

        _readAt[lane] = _version;
    }

    /// <summary>Notes a write.</summary>
    /// <returns>The lane whose write is lost by it; −1: none.</returns>
    public int OnWrite(int lane)
    {
        int read = lane < _readAt.Length ? _readAt[lane] : 0;
        int lost = read > 0 && read < _version && _writer != lane ? _writer : -1;
        if (lane < _readAt.Length)
        {
            _readAt[lane] = -1;
        }

        _version++;
        _writer = lane;
        return lost;
    }
}
