using Overlap.Executors;

namespace Overlap.Processes.Hosting;

/// <summary>Keeps what a call in this worker reports about the other side until its result goes to the pool.</summary>
internal sealed class WorkerRefusals : IRefusalListener
{
    private int _milliseconds;

    /// <summary>How long the other side asked to be left alone. Unit: milliseconds; 0 when it did not say.</summary>
    public int Milliseconds => Volatile.Read(ref _milliseconds);

    // What a call throws the pool sees itself, and asks its own settings.
    public bool IsRefusal(Exception exception) => false;

    public void OnRefused(TimeSpan? retryAfter) =>
        Volatile.Write(ref _milliseconds, (int)Math.Clamp(retryAfter?.TotalMilliseconds ?? 0, 0, int.MaxValue));
}
