namespace Overlap.Cli.Jobs;

/// <summary>Hears of every item that ends, one after the other: a journal, a data output, a progress line.</summary>
internal interface IItemListener
{
    /// <summary>Notes the end of an item.</summary>
    /// <exception cref="RunException">What the listener writes to is gone; the run ends.</exception>
    void OnEnded(in ItemEnd end);
}
