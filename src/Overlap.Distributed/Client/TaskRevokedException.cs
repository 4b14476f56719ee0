using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Client;

/// <summary>A call was taken back, was terminated, or has expired.</summary>
public sealed class TaskRevokedException : RemoteTaskException
{
    internal TaskRevokedException(ResultDocument document)
        : base(document)
    {
    }
}
