using System.Runtime.CompilerServices;

namespace Overlap.Testing.Exploration.Threads;

/// <summary>The memory of a program whose lanes have store buffers, as the processors of the x86 family have.</summary>
/// <remarks>
/// <para>
/// M1: a buffered write goes to the field itself at once, so that plain reads of its own lane see it; what the others see is kept beside.
/// M2: every read through a stand-in is answered from there while a write to the field stands in a buffer.
/// M3: a field is known by its address, which holds only until the next collection; after one the schedule counts for nothing and is run again.
/// M4: where two lanes' writes become visible in another order than they were made, the field gets its value when it is next touched by a stand-in.
/// </para>
/// Source: P. Sewell, S. Sarkar, S. Owens, F. Zappa Nardelli, M. O. Myreen, "x86-TSO: a rigorous and usable programmer's model for x86
/// multiprocessors", CACM 53 (7), 2010.
/// </remarks>
internal sealed class StoreBufferMemory(ThreadRun run)
{
    private readonly Dictionary<nint, MemoryCell> _cells = [];
    private int _collections;

    /// <summary>Reads a field as a lane sees it.</summary>
    public T Read<T>(ThreadLane lane, ref readonly T location)
    {
        if (_cells.Count == 0)
        {
            return location;
        }

        ref T field = ref Unsafe.AsRef(in location);
        if (Find(ref field) is not { } cell)
        {
            return field;
        }

        if (cell.Pending == 0)
        {
            field = cell.Committed;
            Forget(cell);
        }

        return cell.Read(lane);
    }

    /// <summary>Writes a field, into the lane's buffer.</summary>
    public void Write<T>(ThreadLane lane, ref T location, T value)
    {
        if (lane.IsDirect)
        {
            BeginFence(lane, ref location);
            location = value;
            EndFence(ref location);
            return;
        }

        MemoryCell<T> cell = Find(ref location) ?? Add(ref location);
        cell.Write(lane, value);
        location = value;
    }

    /// <summary>Empties the lane's buffer, and brings the field to what all lanes see.</summary>
    public void BeginFence<T>(ThreadLane lane, ref T location)
    {
        DrainAll(lane);
        if (_cells.Count > 0 && Find(ref location) is { } cell)
        {
            location = cell.Committed;
        }
    }

    /// <summary>Lets all lanes see the field as it is now.</summary>
    public void EndFence<T>(ref T location)
    {
        if (_cells.Count > 0 && Find(ref location) is { } cell)
        {
            cell.Set(location);
            if (cell.Pending == 0)
            {
                Forget(cell);
            }
        }
    }

    /// <summary>Makes all writes of a lane visible.</summary>
    public void DrainAll(ThreadLane lane)
    {
        while (lane.Buffer.Count > 0)
        {
            Drain(lane);
        }
    }

    /// <summary>Makes the oldest buffered write of a lane visible.</summary>
    public void Drain(ThreadLane lane)
    {
        BufferedStore store = lane.Buffer[0];
        lane.Buffer.RemoveAt(0);
        store.Commit(this);
        if (run.IsExplained)
        {
            run.Tell("memory", $"shows all threads the {store.Text} that {lane.Name} wrote", null, 0);
        }
    }

    public void Forget(MemoryCell cell)
    {
        if (_cells.TryGetValue(cell.Address, out MemoryCell? known) && known == cell)
        {
            _cells.Remove(cell.Address);
        }
    }

    private unsafe MemoryCell<T>? Find<T>(ref T location)
    {
        fixed (byte* address = &Unsafe.As<T, byte>(ref location))
        {
            if (_cells.Count == 0)
            {
                return null;
            }

            // M3. Looked at while the field is pinned: a collection before this line is seen, one after it changes nothing of this look.
            if (GC.CollectionCount(0) != _collections)
            {
                run.Disturb();
            }

            return _cells.TryGetValue((nint)address, out MemoryCell? cell) ? cell as MemoryCell<T> : null;
        }
    }

    private unsafe MemoryCell<T> Add<T>(ref T location)
    {
        fixed (byte* address = &Unsafe.As<T, byte>(ref location))
        {
            if (_cells.Count == 0)
            {
                _collections = GC.CollectionCount(0);
            }

            MemoryCell<T> cell = new(location) { Address = (nint)address };
            _cells[(nint)address] = cell;
            return cell;
        }
    }
}
