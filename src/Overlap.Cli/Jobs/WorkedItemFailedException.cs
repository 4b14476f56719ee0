using System.Text.Json;

namespace Overlap.Cli.Jobs;

/// <summary>Tells the executor's recording that an item failed in a worker process, and carries what the worker says of it: the message is that, as JSON.</summary>
/// <remarks>Thrown only while a recording is made. Of an exception that crosses to another process, type and message are sure to arrive.</remarks>
internal sealed class WorkedItemFailedException : Exception
{
    public WorkedItemFailedException(string message)
        : base(message)
    {
    }

    public WorkedItemFailedException(WorkedItem worked)
        : base(JsonSerializer.Serialize(worked))
    {
    }

    public WorkedItem ToWorkedItem() => JsonSerializer.Deserialize<WorkedItem>(Message)!;
}
