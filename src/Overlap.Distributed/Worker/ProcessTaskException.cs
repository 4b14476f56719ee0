using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Worker;

/// <summary>A call has failed in its process; what it threw is here as data.</summary>
internal sealed class ProcessTaskException(RemoteError error, string? traceback, bool isRetried) : Exception(error.Message)
{
    public RemoteError Error { get; } = error;

    public string? Traceback { get; } = traceback;

    /// <summary>Whether the task's options say that it is tried again after this.</summary>
    public bool IsRetried { get; } = isRetried;
}
