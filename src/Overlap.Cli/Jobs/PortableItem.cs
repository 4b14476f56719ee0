namespace Overlap.Cli.Jobs;

/// <summary>An item on its way to a worker process: data alone.</summary>
/// <param name="Sequence">Its place in the input, from 1.</param>
/// <param name="Label">What a reader calls it: the timeline asks for it, and the job that knows stays behind.</param>
/// <param name="Item">The item.</param>
internal sealed record PortableItem<TItem>(long Sequence, string Label, TItem Item)
{
    public override string ToString() => Label;
}
