namespace Overlap.Testing.Exploration.Threads;

/// <summary>A place in memory whose newest values not every lane sees.</summary>
internal abstract class MemoryCell
{
    /// <summary>Where it is, for cells of the explored program's own fields; 0 for those that are objects of the explorer.</summary>
    public nint Address { get; init; }

    /// <summary>How many writes to it stand in buffers.</summary>
    public int Pending { get; protected set; }
}
