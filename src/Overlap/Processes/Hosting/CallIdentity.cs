namespace Overlap.Processes.Hosting;

/// <summary>Which call this worker runs, for the lines it prints.</summary>
internal static class CallIdentity
{
    private static long _current;

    /// <summary>The number of the call; 0 when none runs.</summary>
    public static long Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }
}
