namespace Overlap.Cli.Jobs;

/// <summary>An item with its place in the input, from 1.</summary>
/// <remarks>Its text is the item's label: the timeline asks for it, and only when it records.</remarks>
internal sealed record NumberedItem<TItem>(Job<TItem> Job, long Sequence, TItem Item)
{
    public override string ToString() => Job.LabelOf(Item);
}
