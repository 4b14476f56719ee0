namespace Overlap.Cli.Jobs;

/// <summary>Tells the executor's recording that an item failed, and carries its end past it. Thrown only while a recording is made.</summary>
internal sealed class ItemFailedException(ItemEnd end) : Exception(end.Result.Message)
{
    public ItemEnd End { get; } = end;
}
