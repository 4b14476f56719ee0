using Overlap.Testing.Exploration.Threads;
using Real = System.Threading.Interlocked;

namespace Overlap.Testing.Exploration.StandIns;

/// <content>The overloads for each type of number.</content>
public static partial class Interlocked
{
    /// <inheritdoc cref="Real.CompareExchange(ref int, int, int)"/>
    public static int CompareExchange(ref int location1, int value, int comparand) => CompareExchange<int>(ref location1, value, comparand);

    /// <inheritdoc cref="Real.Exchange(ref int, int)"/>
    public static int Exchange(ref int location1, int value) => Exchange<int>(ref location1, value);

    /// <inheritdoc cref="Real.CompareExchange(ref uint, uint, uint)"/>
    public static uint CompareExchange(ref uint location1, uint value, uint comparand) => CompareExchange<uint>(ref location1, value, comparand);

    /// <inheritdoc cref="Real.Exchange(ref uint, uint)"/>
    public static uint Exchange(ref uint location1, uint value) => Exchange<uint>(ref location1, value);

    /// <inheritdoc cref="Real.CompareExchange(ref long, long, long)"/>
    public static long CompareExchange(ref long location1, long value, long comparand) => CompareExchange<long>(ref location1, value, comparand);

    /// <inheritdoc cref="Real.Exchange(ref long, long)"/>
    public static long Exchange(ref long location1, long value) => Exchange<long>(ref location1, value);

    /// <inheritdoc cref="Real.CompareExchange(ref ulong, ulong, ulong)"/>
    public static ulong CompareExchange(ref ulong location1, ulong value, ulong comparand) => CompareExchange<ulong>(ref location1, value, comparand);

    /// <inheritdoc cref="Real.Exchange(ref ulong, ulong)"/>
    public static ulong Exchange(ref ulong location1, ulong value) => Exchange<ulong>(ref location1, value);

    /// <inheritdoc cref="Real.Add(ref int, int)"/>
    public static int Add(ref int location1, int value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.Add(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        int sum = Real.Add(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, unchecked(sum - value), sum);
        return sum;
    }

    /// <inheritdoc cref="Real.Increment(ref int)"/>
    public static int Increment(ref int location) => Add(ref location, 1);

    /// <inheritdoc cref="Real.Decrement(ref int)"/>
    public static int Decrement(ref int location) => Add(ref location, -1);

    /// <inheritdoc cref="Real.And(ref int, int)"/>
    public static int And(ref int location1, int value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.And(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        int before = Real.And(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, before, before & value);
        return before;
    }

    /// <inheritdoc cref="Real.Or(ref int, int)"/>
    public static int Or(ref int location1, int value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.Or(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        int before = Real.Or(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, before, before | value);
        return before;
    }

    /// <inheritdoc cref="Real.Add(ref uint, uint)"/>
    public static uint Add(ref uint location1, uint value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.Add(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        uint sum = Real.Add(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, unchecked(sum - value), sum);
        return sum;
    }

    /// <inheritdoc cref="Real.Increment(ref uint)"/>
    public static uint Increment(ref uint location) => Add(ref location, 1);

    /// <inheritdoc cref="Real.Decrement(ref uint)"/>
    public static uint Decrement(ref uint location) => Add(ref location, uint.MaxValue);

    /// <inheritdoc cref="Real.And(ref uint, uint)"/>
    public static uint And(ref uint location1, uint value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.And(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        uint before = Real.And(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, before, before & value);
        return before;
    }

    /// <inheritdoc cref="Real.Or(ref uint, uint)"/>
    public static uint Or(ref uint location1, uint value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.Or(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        uint before = Real.Or(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, before, before | value);
        return before;
    }

    /// <inheritdoc cref="Real.Add(ref long, long)"/>
    public static long Add(ref long location1, long value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.Add(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        long sum = Real.Add(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, unchecked(sum - value), sum);
        return sum;
    }

    /// <inheritdoc cref="Real.Increment(ref long)"/>
    public static long Increment(ref long location) => Add(ref location, 1);

    /// <inheritdoc cref="Real.Decrement(ref long)"/>
    public static long Decrement(ref long location) => Add(ref location, -1);

    /// <inheritdoc cref="Real.And(ref long, long)"/>
    public static long And(ref long location1, long value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.And(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        long before = Real.And(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, before, before & value);
        return before;
    }

    /// <inheritdoc cref="Real.Or(ref long, long)"/>
    public static long Or(ref long location1, long value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.Or(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        long before = Real.Or(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, before, before | value);
        return before;
    }

    /// <inheritdoc cref="Real.Add(ref ulong, ulong)"/>
    public static ulong Add(ref ulong location1, ulong value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.Add(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        ulong sum = Real.Add(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, unchecked(sum - value), sum);
        return sum;
    }

    /// <inheritdoc cref="Real.Increment(ref ulong)"/>
    public static ulong Increment(ref ulong location) => Add(ref location, 1);

    /// <inheritdoc cref="Real.Decrement(ref ulong)"/>
    public static ulong Decrement(ref ulong location) => Add(ref location, ulong.MaxValue);

    /// <inheritdoc cref="Real.And(ref ulong, ulong)"/>
    public static ulong And(ref ulong location1, ulong value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.And(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        ulong before = Real.And(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, before, before & value);
        return before;
    }

    /// <inheritdoc cref="Real.Or(ref ulong, ulong)"/>
    public static ulong Or(ref ulong location1, ulong value)
    {
        ThreadLane? lane = ThreadLane.Step();
        if (lane is null)
        {
            return Real.Or(ref location1, value);
        }

        lane.Run.Memory?.BeginFence(lane, ref location1);
        ulong before = Real.Or(ref location1, value);
        lane.Run.Memory?.EndFence(ref location1);
        Tell(lane, before, before | value);
        return before;
    }
}
