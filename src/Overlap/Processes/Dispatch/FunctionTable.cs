using System.Collections.Concurrent;
using System.Reflection;
using Overlap.Processes.Functions;
using Overlap.Processes.Hosting;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>The functions that a pool has met, each examined once.</summary>
internal sealed class FunctionTable(ValueCodecs codecs)
{
    private readonly ConcurrentDictionary<Key, PoolFunction> _functions = new();
    private int _lastId = WorkerHost.FirstFunction - 1;

    // The function met last: the usual caller has one and calls it again.
    private volatile Tuple<Delegate, PoolFunction>? _latest;

    /// <summary>Finds a function or examines it.</summary>
    /// <exception cref="NotPortableException">The function, its argument or its result cannot travel.</exception>
    public PoolFunction<T, TResult> Of<T, TResult>(Delegate function, FrameFlags flags = FrameFlags.None)
    {
        if (_latest is { } latest && ReferenceEquals(latest.Item1, function) && latest.Item2 is PoolFunction<T, TResult> same)
        {
            return same;
        }

        Key key = new(function.Method, function.GetType(), typeof(T), typeof(TResult));
        if (!_functions.TryGetValue(key, out PoolFunction? found))
        {
            found = _functions.GetOrAdd(key, Examine<T, TResult>(function, flags, default));
        }

        _latest = Tuple.Create(function, found);
        return (PoolFunction<T, TResult>)found;
    }

    /// <summary>Makes a function of its own whose captured variables are sent once, with the definition.</summary>
    public PoolFunction<T, TResult> Bind<T, TResult>(Delegate function, CallBorder border)
    {
        PoolFunction<T, TResult> known = Of<T, TResult>(function);
        if (!known.Portable.HasCaptures)
        {
            return known;
        }

        PayloadWriter captures = new(border);
        known.Portable.WriteCaptures(function, captures);
        return Examine<T, TResult>(function, FrameFlags.Captures, captures.Written);
    }

    private PoolFunction<T, TResult> Examine<T, TResult>(Delegate function, FrameFlags flags, ReadOnlySpan<byte> captures)
    {
        PortableFunction portable = PortableFunction.Of(function, codecs);
        ValueCodec<T> arguments = codecs.Of<T>();
        ValueCodec<TResult> results = codecs.Of<TResult>();
        PayloadWriter writer = new(NoBorder.Instance);
        TypeIdentity.Write(writer, typeof(T));
        TypeIdentity.Write(writer, typeof(TResult));
        writer.WriteBytes(portable.Identity.Span);
        writer.WriteBytes(captures);
        return new PoolFunction<T, TResult>(
            Interlocked.Increment(ref _lastId), portable, writer.Written.ToArray(), flags, arguments, results);
    }

    // A class, because the runtime has the tables for keys that are references compiled already.
    private sealed record Key(MethodInfo Method, Type Form, Type Argument, Type Result);
}
