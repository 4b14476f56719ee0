namespace Overlap.Cli.Jobs.Fetch;

/// <summary>From when a host may be asked again: a timestamp, this process's own or one that several processes share.</summary>
/// <remarks>Thread-safe, and safe between processes: every change is one compare-and-swap, so a process that dies leaves nothing half done.</remarks>
internal sealed unsafe class HostPace
{
    /// <summary>Nothing was asked yet.</summary>
    public const long None = 0;

    // Points into memory that outlives this object, or is null.
    private readonly long* _shared;
    private long _own;

    /// <summary>Makes one for this process alone.</summary>
    public HostPace()
    {
    }

    /// <param name="shared">Where the shared timestamp is; 0 in the beginning.</param>
    public HostPace(long* shared) => _shared = shared;

    private ref long Place => ref _shared is null ? ref _own : ref *_shared;

    public long Read() => Volatile.Read(ref Place);

    /// <summary>Sets the timestamp if it still is what was seen.</summary>
    public bool TryAdvance(long seen, long next) => Interlocked.CompareExchange(ref Place, next, seen) == seen;

    /// <summary>Sets the timestamp to a later one; an earlier one changes nothing.</summary>
    public void PutOff(long until)
    {
        long seen = Read();
        while (seen < until && !TryAdvance(seen, until))
        {
            seen = Read();
        }
    }
}
