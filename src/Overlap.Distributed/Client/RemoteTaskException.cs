using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Client;

/// <summary>A call has failed where it ran. What it threw is here as data; no exception of the other side is ever made anew.</summary>
public class RemoteTaskException : Exception
{
    internal RemoteTaskException(ResultDocument document)
        : base($"{TypeOf(document)}: {document.Error?.Message ?? "nothing more is said"}")
    {
        TaskId = document.TaskId;
        Error = document.Error ?? new RemoteError(TypeOf(document), [], null);
        RemoteTraceback = document.Traceback;
    }

    /// <summary>The id of the call.</summary>
    public string TaskId { get; }

    /// <summary>What was thrown.</summary>
    public RemoteError Error { get; }

    /// <summary>Where it was thrown, for people to read.</summary>
    public string? RemoteTraceback { get; }

    private static string TypeOf(ResultDocument document) => document.Error?.Type ?? document.StateName;
}
