using Overlap.Testing.Exploration.Threads;
using Real = System.Threading.Volatile;

namespace Overlap.Testing.Exploration.StandIns;

/// <summary>Stands in for <see cref="System.Threading.Volatile"/> in code that is explored: each read and each write is a step of its thread.</summary>
/// <remarks>Outside an exploration it is what it stands in for. With store buffers a write becomes visible to other threads later.</remarks>
public static class Volatile
{
    /// <summary>Reads a field.</summary>
    /// <param name="location">The field.</param>
    public static T Read<T>(ref readonly T location)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            T now = location;
            Real.ReadBarrier();
            return now;
        }

        T value = lane.Run.Memory is { } memory ? memory.Read(lane, in location) : location;
        if (lane.IsExplained)
        {
            lane.Tell($"reads {ValueText.Of(value)}");
        }

        return value;
    }

    /// <summary>Writes a field.</summary>
    /// <param name="location">The field.</param>
    /// <param name="value">The value.</param>
    public static void Write<T>(ref T location, T value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            Real.WriteBarrier();
            location = value;
            return;
        }

        if (lane.Run.Memory is { } memory)
        {
            memory.Write(lane, ref location, value);
        }
        else
        {
            location = value;
        }

        if (lane.IsExplained)
        {
            lane.Tell($"writes {ValueText.Of(value)}{(lane.Buffer.Count > 0 ? " into its store buffer" : "")}");
        }
    }

    /// <inheritdoc cref="Real.ReadBarrier"/>
    public static void ReadBarrier() => Real.ReadBarrier();

    /// <inheritdoc cref="Real.WriteBarrier"/>
    public static void WriteBarrier() => Real.WriteBarrier();
}
