using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>Prints one line of data per item on standard output, as the items end.</summary>
internal abstract class DataOutput(OutputPipe output) : IItemListener
{
    protected static ReadOnlySpan<byte> NewLine => "\n"u8;

    protected OutputPipe Output { get; } = output;

    public abstract void OnEnded(in ItemEnd end);

    protected static string StatusOf(in ItemEnd end) => end.Result.Status switch
    {
        ItemStatus.Succeeded => "succeeded",
        ItemStatus.Skipped => "skipped",
        _ => "failed",
    };
}
