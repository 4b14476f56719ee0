using Overlap.Testing.Exploration;
using static System.Threading.Interlocked;

namespace Overlap.Intercepted.Tests;

/// <summary>One call of each overload that is intercepted: what is written for it compiles, and does in an exploration what it does without.</summary>
public sealed class EveryOverloadTests
{
    [Fact]
    public void Interlocked_EveryOverload_DoesTheSameExplored() => Assert.Equal(Explored(AtomicCalls), AtomicCalls());

    [Fact]
    public void Volatile_EveryOverload_DoesTheSameExplored() => Assert.Equal(Explored(VolatileCalls), VolatileCalls());

    [Fact]
    public void Monitor_EveryOverload_DoesTheSameExplored() => Assert.Equal(Explored(MonitorCalls), MonitorCalls());

    [Fact]
    public void SemaphoreSlim_EveryOverload_DoesTheSameExplored() => Assert.Equal(Explored(SemaphoreCalls), SemaphoreCalls());

    private static string Explored(Func<string> calls)
    {
        string done = "";
        Explore.RunThreads(_ => done = calls(), new ExplorationOptions { Schedules = 1 }).ThrowIfFailed();
        return done;
    }

    private static string AtomicCalls()
    {
        (byte b, sbyte sb, short s, ushort us, int i, uint ui, long l, ulong ul, nint n, nuint nu, float f, double d, object? o, string? t) =
            (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, null, null);
        List<object?> seen =
        [
            Exchange(ref b, 2), Exchange(ref sb, 2), Exchange(ref s, 2), Exchange(ref us, 2), Exchange(ref i, 2), Exchange(ref ui, 2), Exchange(ref l, 2),
            Exchange(ref ul, 2), Exchange(ref n, 2), Exchange(ref nu, 2), Exchange(ref f, 2), Exchange(ref d, 2), Exchange(ref o, "a"), Exchange(ref t, "a"),
            CompareExchange(ref b, 3, 2), CompareExchange(ref sb, 3, 2), CompareExchange(ref s, 3, 2), CompareExchange(ref us, 3, 2),
            CompareExchange(ref i, 3, 2), CompareExchange(ref ui, 3, 2), CompareExchange(ref l, 3, 2), CompareExchange(ref ul, 3, 2),
            CompareExchange(ref n, 3, 2), CompareExchange(ref nu, 3, 2), CompareExchange(ref f, 3, 2), CompareExchange(ref d, 3, 2),
            CompareExchange(ref o, "b", "a"), CompareExchange(ref t, "b", "a"),
            Add(ref i, 2), Add(ref ui, 2), Add(ref l, 2), Add(ref ul, 2), Increment(ref i), Increment(ref ui), Increment(ref l), Increment(ref ul),
            Decrement(ref i), Decrement(ref ui), Decrement(ref l), Decrement(ref ul), And(ref i, 4), And(ref ui, 4), And(ref l, 4), And(ref ul, 4),
            Or(ref i, 8), Or(ref ui, 8), Or(ref l, 8), Or(ref ul, 8), Read(ref l), Read(ref ul),
        ];
        MemoryBarrier();
        MemoryBarrierProcessWide();
        return string.Join(' ', [.. seen, b, sb, s, us, i, ui, l, ul, n, nu, f, d, o, t]);
    }

    private static string VolatileCalls()
    {
        (bool z, byte b, sbyte sb, short s, ushort us, int i, uint ui, long l, ulong ul, nint n, nuint nu, float f, double d, string? t) =
            (false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null);
        Volatile.Write(ref z, true);
        Volatile.Write(ref b, 1);
        Volatile.Write(ref sb, 1);
        Volatile.Write(ref s, 1);
        Volatile.Write(ref us, 1);
        Volatile.Write(ref i, 1);
        Volatile.Write(ref ui, 1);
        Volatile.Write(ref l, 1);
        Volatile.Write(ref ul, 1);
        Volatile.Write(ref n, 1);
        Volatile.Write(ref nu, 1);
        Volatile.Write(ref f, 1);
        Volatile.Write(ref d, 1);
        Volatile.Write(ref t, "a");
        Volatile.ReadBarrier();
        Volatile.WriteBarrier();
        return $"{Volatile.Read(ref z)} {Volatile.Read(ref b)} {Volatile.Read(ref sb)} {Volatile.Read(ref s)} {Volatile.Read(ref us)} {Volatile.Read(ref i)} "
            + $"{Volatile.Read(ref ui)} {Volatile.Read(ref l)} {Volatile.Read(ref ul)} {Volatile.Read(ref n)} {Volatile.Read(ref nu)} {Volatile.Read(ref f)} "
            + $"{Volatile.Read(ref d)} {Volatile.Read(ref t)}";
    }

    private static string MonitorCalls()
    {
        object gate = new();
        (bool a, bool b, bool c, bool d) = (false, false, false, false);
        Monitor.Enter(gate);
        Monitor.Enter(gate, ref a);
        Monitor.TryEnter(gate, ref b);
        Monitor.TryEnter(gate, 0, ref c);
        Monitor.TryEnter(gate, TimeSpan.Zero, ref d);
        string seen = $"{a} {b} {c} {d} {Monitor.TryEnter(gate)} {Monitor.TryEnter(gate, 0)} {Monitor.TryEnter(gate, TimeSpan.Zero)} {Monitor.IsEntered(gate)}";
        Monitor.Pulse(gate);
        Monitor.PulseAll(gate);
        bool isPulsed = Monitor.Wait(gate, 1) || Monitor.Wait(gate, TimeSpan.FromMilliseconds(1));
        for (int i = 0; i < 8; i++)
        {
            Monitor.Exit(gate);
        }

        return $"{seen} {isPulsed} {Monitor.IsEntered(gate)}";
    }

    private static string SemaphoreCalls()
    {
        using SemaphoreSlim? gate = new(11, 20);
        CancellationToken none = CancellationToken.None;
        gate.Wait();
        gate.Wait(none);
        List<Task> waits = [gate.WaitAsync(), gate.WaitAsync(none)];
        List<object?> seen =
        [
            gate.Wait(1), gate.Wait(1, none), gate.Wait(TimeSpan.Zero), gate.Wait(TimeSpan.Zero, none), gate.WaitAsync(1).Result,
            gate.WaitAsync(1, none).Result, gate.WaitAsync(TimeSpan.Zero).Result, gate.WaitAsync(TimeSpan.Zero, none).Result, gate.CurrentCount,
            gate?.Release(), gate?.Release(3), gate?.CurrentCount,
        ];
        return string.Join(' ', [.. seen, waits.TrueForAll(static wait => wait.IsCompletedSuccessfully)]);
    }
}
