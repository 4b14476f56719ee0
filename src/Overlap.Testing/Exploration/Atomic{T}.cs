using Overlap.Testing.Exploration.Threads;

namespace Overlap.Testing.Exploration;

/// <summary>A variable for lock-free code under exploration: what <see cref="Interlocked"/> and <see cref="Volatile"/> do to a field.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
/// <remarks>
/// Race: each operation is one step of its thread.
/// Memory: with store buffers a write becomes visible to other threads late; every other operation makes all writes of its thread visible.
/// Cost: an object for each; in code that also runs unexplored use the runtime's own types and compile the stand-ins in by alias.
/// </remarks>
/// <param name="value">Its first value.</param>
public sealed class Atomic<T>(T value)
{
    private readonly MemoryCell<T> _cell = new(value);

    /// <summary>Reads it.</summary>
    public T Read()
    {
        ThreadLane lane = ThreadLane.StepOrThrow();
        T value = _cell.Read(lane);
        if (lane.IsExplained)
        {
            lane.Tell($"reads {ValueText.Of(value)}");
        }

        return value;
    }

    /// <summary>Writes it.</summary>
    /// <param name="value">The new value.</param>
    public void Write(T value)
    {
        ThreadLane lane = ThreadLane.StepOrThrow();
        _cell.Store(lane, value);
        if (lane.IsExplained)
        {
            lane.Tell($"writes {ValueText.Of(value)}{(lane.Buffer.Count > 0 ? " into its store buffer" : "")}");
        }
    }

    /// <summary>Writes it and gives what it was, as one step.</summary>
    /// <param name="value">The new value.</param>
    public T Exchange(T value) => Update(_ => value);

    /// <summary>Writes it if it is what the caller expects, as one step.</summary>
    /// <param name="value">The new value.</param>
    /// <param name="comparand">What it must be.</param>
    /// <returns>What it was.</returns>
    public T CompareExchange(T value, T comparand) => Update(before => EqualityComparer<T>.Default.Equals(before, comparand) ? value : before);

    /// <summary>Changes it as one step.</summary>
    /// <param name="change">Makes the new value of the old one; uses nothing that others share.</param>
    /// <returns>What it was.</returns>
    public T Update(Func<T, T> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        ThreadLane lane = ThreadLane.StepOrThrow();
        lane.Fence();
        T before = _cell.Committed;
        T after = change(before);
        _cell.Set(after);
        if (lane.IsExplained)
        {
            lane.Tell(EqualityComparer<T>.Default.Equals(before, after) ? $"finds {ValueText.Of(before)}" : $"changes {ValueText.Of(before)} to {ValueText.Of(after)}");
        }

        return before;
    }
}
