using System.Runtime.CompilerServices;
using Overlap.Testing.Exploration.Threads;
using Real = System.Threading.Interlocked;

namespace Overlap.Testing.Exploration.StandIns;

/// <summary>Stands in for <see cref="System.Threading.Interlocked"/> in code that is explored: each operation is a step of its thread.</summary>
/// <remarks>Outside an exploration it is what it stands in for. With store buffers each operation makes all writes of its thread visible.</remarks>
public static partial class Interlocked
{
    /// <inheritdoc cref="Real.CompareExchange{T}(ref T, T, T)"/>
    public static T CompareExchange<T>(ref T location1, T value, T comparand)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.CompareExchange(ref location1, value, comparand);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        T found = Real.CompareExchange(ref location1, value, comparand);
        lane.Run.Memory?.EndFence(ref location1);
        if (lane.IsExplained)
        {
            lane.Tell(EqualityComparer<T>.Default.Equals(found, comparand)
                ? $"exchanges {ValueText.Of(found)} for {ValueText.Of(value)}"
                : $"does not exchange: finds {ValueText.Of(found)}, not {ValueText.Of(comparand)}");
        }

        return found;
    }

    /// <inheritdoc cref="Real.Exchange{T}(ref T, T)"/>
    public static T Exchange<T>(ref T location1, T value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.Exchange(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        T found = Real.Exchange(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        if (lane.IsExplained)
        {
            lane.Tell($"exchanges {ValueText.Of(found)} for {ValueText.Of(value)}");
        }

        return found;
    }

    /// <inheritdoc cref="Real.MemoryBarrier"/>
    public static void MemoryBarrier()
    {
        if (ThreadLane.Step() is not { } lane)
        {
            Real.MemoryBarrier();
            return;
        }

        lane.Fence();
        lane.Tell("makes a fence");
    }

    /// <inheritdoc cref="Real.MemoryBarrierProcessWide"/>
    public static void MemoryBarrierProcessWide()
    {
        if (ThreadLane.Step() is not { } lane)
        {
            Real.MemoryBarrierProcessWide();
            return;
        }

        lane.Run.DrainAll();
        lane.Tell("makes a fence of all threads");
    }

    /// <inheritdoc cref="Real.Read(ref readonly long)"/>
    public static long Read(ref readonly long location)
    {
        ref long field = ref Unsafe.AsRef(in location);
        return CompareExchange(ref field, 0L, 0L);
    }

    /// <inheritdoc cref="Real.Read(ref readonly ulong)"/>
    public static ulong Read(ref readonly ulong location)
    {
        ref ulong field = ref Unsafe.AsRef(in location);
        return CompareExchange(ref field, 0UL, 0UL);
    }

    private static void Tell<T>(ThreadLane lane, T before, T after)
    {
        if (lane.IsExplained)
        {
            lane.Tell($"changes {ValueText.Of(before)} to {ValueText.Of(after)}");
        }
    }
}
