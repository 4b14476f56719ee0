namespace Overlap.Testing.Exploration.Threads;

/// <summary>A place in memory whose newest values not every lane sees.</summary>
/// <param name="committed">The value that all lanes see.</param>
internal sealed class MemoryCell<T>(T committed) : MemoryCell
{
    private StoreOf? _issued;

    /// <summary>The value that all lanes see which have not written a newer one.</summary>
    public T Committed { get; private set; } = committed;

    /// <summary>Gives what a lane sees: its own newest write, or else what all see.</summary>
    public T Read(ThreadLane lane)
    {
        for (int i = lane.Buffer.Count - 1; i >= 0; i--)
        {
            if (lane.Buffer[i] is StoreOf store && store.Cell == this)
            {
                return store.Value;
            }
        }

        return Committed;
    }

    /// <summary>Puts a write into a lane's buffer.</summary>
    public void Write(ThreadLane lane, T value)
    {
        _issued = new StoreOf(this, value);
        Pending++;
        lane.Buffer.Add(_issued);
    }

    /// <summary>Writes into the lane's buffer, or at once where there are none.</summary>
    public void Store(ThreadLane lane, T value)
    {
        if (lane.Run.Memory is null || lane.IsDirect)
        {
            Set(value);
        }
        else
        {
            Write(lane, value);
        }
    }

    /// <summary>Sets what all lanes see at once: an interlocked operation.</summary>
    public void Set(T value)
    {
        Committed = value;
        _issued = null;
    }

    private sealed class StoreOf(MemoryCell<T> cell, T value) : BufferedStore
    {
        public MemoryCell<T> Cell => cell;

        public T Value => value;

        public override string Text => ValueText.Of(value);

        public override void Commit(StoreBufferMemory memory)
        {
            cell.Committed = value;
            cell.Pending--;
            if (cell.Pending == 0 && cell._issued == this)
            {
                // The last one issued is the last one visible: memory has it already.
                memory.Forget(cell);
            }
        }
    }
}
