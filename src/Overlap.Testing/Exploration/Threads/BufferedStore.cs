namespace Overlap.Testing.Exploration.Threads;

/// <summary>A write that stands in a lane's store buffer: the lane itself sees it, the others do not yet.</summary>
internal abstract class BufferedStore
{
    /// <summary>Makes it visible to all.</summary>
    public abstract void Commit(StoreBufferMemory memory);

    /// <summary>What was written, for people.</summary>
    public abstract string Text { get; }
}
