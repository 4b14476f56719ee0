using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>How many of a worker's calls ended in which way. Written by the worker that runs them, read by anyone.</summary>
internal sealed class CallCounts
{
    private long _succeeded;
    private long _failed;
    private long _canceled;

    public long Succeeded => Volatile.Read(ref _succeeded);

    public long Failed => Volatile.Read(ref _failed);

    public long Canceled => Volatile.Read(ref _canceled);

    /// <summary>How the latest call ended. Read by the worker itself.</summary>
    public SpanStatus Last { get; private set; }

    /// <summary>Counts an end, before the call's future shows it: who has awaited a call finds it counted.</summary>
    public void Count(SpanStatus status, int calls = 1)
    {
        Last = status;
        switch (status)
        {
            case SpanStatus.Succeeded:
                Volatile.Write(ref _succeeded, _succeeded + calls);
                break;
            case SpanStatus.Failed:
                Volatile.Write(ref _failed, _failed + calls);
                break;
            default:
                Volatile.Write(ref _canceled, _canceled + calls);
                break;
        }
    }
}
