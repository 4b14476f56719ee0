namespace Overlap.Cli.Jobs.Fetch;

/// <summary>The gates of the hosts in use. Those that nobody needs are forgotten, so that 10,000 hosts take no more memory than 100.</summary>
internal sealed class HostGates
{
    private const int KeptIdle = 256;

    private readonly Lock _lock = new();
    private readonly Func<string, HostGate> _create;

    // Guarded by _lock.
    private readonly Dictionary<string, Entry> _gates = new(StringComparer.Ordinal);
    private int _sweepAt = KeptIdle;

    public HostGates(int perHost, double ratePerSecond, TimeProvider time, SharedPaces? paces = null) =>
        _create = host => new HostGate(perHost, ratePerSecond, time, paces?.Of(host));

    /// <summary>Makes gates each of which finds its own limit, up to a number.</summary>
    public static HostGates Adaptive(int most, double ratePerSecond, TimeProvider time) => new(most, ratePerSecond, time, isAdaptive: true);

    private HostGates(int most, double ratePerSecond, TimeProvider time, bool isAdaptive) =>
        _create = _ => new HostGate(most, ratePerSecond, time, pace: null, isAdaptive);

    /// <summary>The gates in memory.</summary>
    public int Count
    {
        get
        {
            using Lock.Scope scope = _lock.EnterScope();
            return _gates.Count;
        }
    }

    /// <summary>Gives the gate of a host and holds it in memory until <see cref="Return"/>.</summary>
    public HostGate Rent(string host)
    {
        using Lock.Scope scope = _lock.EnterScope();
        if (!_gates.TryGetValue(host, out Entry? entry))
        {
            if (_gates.Count >= _sweepAt)
            {
                SweepLocked();
            }

            _gates.Add(host, entry = new Entry(_create(host)));
        }

        entry.Users++;
        return entry.Gate;
    }

    /// <summary>Ends one use of a gate.</summary>
    public void Return(string host)
    {
        using Lock.Scope scope = _lock.EnterScope();
        _gates[host].Users--;
    }

    private void SweepLocked()
    {
        foreach ((string host, Entry entry) in _gates)
        {
            if (entry.Users == 0 && entry.Gate.IsIdle)
            {
                _gates.Remove(host);
            }
        }

        // Each sweep is paid for by as many new hosts as it looked at.
        _sweepAt = Math.Max(KeptIdle, _gates.Count * 2);
    }

    private sealed class Entry(HostGate gate)
    {
        public HostGate Gate { get; } = gate;

        public int Users { get; set; }
    }
}
