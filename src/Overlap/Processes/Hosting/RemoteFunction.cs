using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Overlap.Executors;
using Overlap.Processes.Functions;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Hosting;

/// <summary>A function as a worker has it: ready to be called with what comes over the wire.</summary>
internal abstract class RemoteFunction
{
    private static readonly MethodInfo MakeMethod =
        typeof(RemoteFunction).GetMethod(nameof(Make), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static readonly MethodInfo MakeStreamMethod =
        typeof(RemoteFunction).GetMethod(nameof(MakeStream), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Reads a definition: the types of argument and result, then the function, then the values it always has.</summary>
    public static RemoteFunction Read(ref PayloadReader reader, FrameFlags flags, LoadedCode code, ValueCodecs codecs)
    {
        Type argument = TypeIdentity.Read(ref reader, code);
        Type result = TypeIdentity.Read(ref reader, code);
        ResolvedFunction function = ResolvedFunction.Read(ref reader, code, codecs);
        Delegate? bound = (flags & FrameFlags.Captures) != 0 || !function.HasCaptures ? function.Bind(ref reader) : null;
        MethodInfo make = (flags & FrameFlags.Stream) != 0 ? MakeStreamMethod : MakeMethod;
        return make.MakeGenericMethod(argument, result)
            .CreateDelegate<Func<ResolvedFunction, Delegate?, ValueCodecs, RemoteFunction>>()(function, bound, codecs);
    }

    /// <summary>Runs the items of a call that the pool does not take back.</summary>
    public abstract void Run(in FrameHeader header, ref PayloadReader payload, WorkerHost host);

    private static RemoteFunction<T, TResult> Make<T, TResult>(ResolvedFunction function, Delegate? bound, ValueCodecs codecs) =>
        new(function, bound, codecs);

    private static RemoteStream<T, TResult> MakeStream<T, TResult>(ResolvedFunction function, Delegate? bound, ValueCodecs codecs) =>
        new(function, bound, codecs);
}

/// <inheritdoc/>
internal sealed class RemoteFunction<T, TResult>(ResolvedFunction function, Delegate? bound, ValueCodecs codecs) : RemoteFunction
{
    // Items that take longer are taken one by one, so that the pool can give the rest to an idle worker.
    private const long LongStrideNanoseconds = 20_000;

    private static readonly double NanosecondsPerTick = 1e9 / TimeProvider.System.TimestampFrequency;

    private readonly ValueCodec<T> _arguments = codecs.Of<T>();
    private readonly ValueCodec<TResult> _results = codecs.Of<TResult>();
    private readonly Callable<T, TResult>? _bound = bound is null ? null : CallableOf<T, TResult>.Delegate(bound);

    public override void Run(in FrameHeader header, ref PayloadReader payload, WorkerHost host)
    {
        if (header.Count == 1)
        {
            RunOne(header, ref payload, host);
        }
        else
        {
            RunMany(header, ref payload, host);
        }
    }

    private void RunOne(in FrameHeader header, ref PayloadReader payload, WorkerHost host)
    {
        if (host.Take(header, 1, out _) == 0)
        {
            return;
        }

        host.Meter.Begin((header.Flags & FrameFlags.Recorded) != 0);
        long startedAt = TimeProvider.System.GetTimestamp();
        host.Slots.SetStarted(header.Slot, startedAt);
        Exception? failure = null;
        TResult? result = default;
        CancellationToken cancellationToken = host.Enter(header);
        try
        {
            Callable<T, TResult> callable = Bind(ref payload);
            result = Invoke(callable, _arguments.Read(ref payload), host, cancellationToken);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        host.Leave(header);
        FrameHeader reply = new()
        {
            Kind = FrameKind.Results,
            Slot = header.Slot,
            Generation = header.Generation,
            Count = 1,
            StartedAt = startedAt,
            EndedAt = TimeProvider.System.GetTimestamp(),
            Flags = header.Flags & FrameFlags.Recorded,
        };
        CallReading reading = host.Meter.End(startedAt, reply.EndedAt);
        if (failure is null && !TrySendValue(ref reply, reading, result!, host, out failure))
        {
            return;
        }

        if (failure is not null)
        {
            host.SendFailure(reply, reading, failure);
        }
    }

    /// <summary>Sends one value.</summary>
    /// <returns>Whether it could not be sent, and why.</returns>
    private bool TrySendValue(ref FrameHeader reply, CallReading reading, TResult result, WorkerHost host, out Exception? failure)
    {
        failure = null;
        try
        {
            PayloadWriter writer = host.Writer;
            writer.Clear();
            if ((reply.Flags & FrameFlags.Recorded) != 0)
            {
                writer.Write(reading);
            }

            _results.Write(writer, result);
            host.Send(reply, writer);
            return false;
        }
        catch (Exception exception)
        {
            failure = exception;
            return true;
        }
    }

    private void RunMany(in FrameHeader header, ref PayloadReader payload, WorkerHost host)
    {
        Callable<T, TResult> callable;
        try
        {
            callable = Bind(ref payload);
        }
        catch (Exception exception)
        {
            FailAll(header, exception, host);
            return;
        }

        Func<T, TResult>? plain = _arguments.TakesAnyBytes && _results.FixedSize > 0 && (!host.Context.OwnsState || host.Context.State is not null)
            ? callable.Delegate as Func<T, TResult>
            : null;
        ResultFrame frame = new(host, header);
        CancellationToken cancellationToken = host.Enter(header);
        int stride = 1;
        int taken;
        while ((taken = host.Take(header, stride, out int first)) > 0)
        {
            long startedAt = TimeProvider.System.GetTimestamp();
            host.Slots.SetStarted(header.Slot, startedAt);
            frame.Begin(first, startedAt);
            if (plain is not null)
            {
                ReadOnlySpan<byte> arguments = payload.ReadBytes(taken * _arguments.FixedSize);
                for (int at = 0; at < taken;)
                {
                    at = RunPlainItems(plain, arguments, at, taken, first, ref frame);
                }
            }
            else
            {
                for (int i = first; i < first + taken; i++)
                {
                    RunItem(callable, ref payload, i, ref frame, host, cancellationToken);
                }
            }

            long now = TimeProvider.System.GetTimestamp();
            frame.Mark(now);
            double nanoseconds = (now - startedAt) * NanosecondsPerTick;
            stride = nanoseconds * 2 <= LongStrideNanoseconds ? Math.Min(taken * 2, host.LargestStride)
                : nanoseconds > LongStrideNanoseconds ? Math.Max(1, taken / 2) : taken;
            if ((now - frame.StartedAt) * NanosecondsPerTick >= host.LongestFrame)
            {
                frame.Flush();
            }
        }

        frame.Flush();
        host.Leave(header);
    }

    /// <summary>Runs items whose arguments and results are copied as they lie, until one throws.</summary>
    /// <returns>The first item that has not run.</returns>
    private int RunPlainItems(
        Func<T, TResult> function, ReadOnlySpan<byte> arguments, int at, int end, int first, ref ResultFrame frame)
    {
        int argumentSize = _arguments.FixedSize;
        int resultSize = _results.FixedSize;
        ref byte argument = ref MemoryMarshal.GetReference(arguments);
        try
        {
            for (; at < end; at++)
            {
                frame.Append(function(Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref argument, at * argumentSize))), resultSize);
            }
        }
        catch (Exception exception)
        {
            frame.Fail(first + at, exception);
            at++;
        }

        return at;
    }

    private void RunItem(
        Callable<T, TResult> callable, ref PayloadReader payload, int index, ref ResultFrame frame, WorkerHost host, CancellationToken cancellationToken)
    {
        try
        {
            TResult result = Invoke(callable, _arguments.Read(ref payload), host, cancellationToken);
            if (_results.FixedSize > 0)
            {
                frame.Append(result, _results.FixedSize);
            }
            else
            {
                PayloadWriter writer = host.Writer;
                writer.Clear();
                _results.Write(writer, result);
                frame.Append(writer.Written);
            }
        }
        catch (Exception exception)
        {
            frame.Fail(index, exception);
        }
    }

    private static void FailAll(in FrameHeader header, Exception exception, WorkerHost host)
    {
        FrameHeader reply = new() { Slot = header.Slot, Generation = header.Generation, Count = 1 };
        while (host.Take(header, 1, out int index) > 0)
        {
            reply.First = index;
            reply.StartedAt = reply.EndedAt = TimeProvider.System.GetTimestamp();
            host.SendFailure(reply, default, exception);
        }
    }

    private Callable<T, TResult> Bind(ref PayloadReader payload)
    {
        if (_bound is { } always)
        {
            return always;
        }

        return CallableOf<T, TResult>.Delegate(function.Bind(ref payload));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TResult Invoke(Callable<T, TResult> callable, T argument, WorkerHost host, CancellationToken cancellationToken)
    {
        host.Context.EnsureState();
        return callable.IsSynchronous
            ? callable.Invoke(argument, cancellationToken)
            : BlockingPump.Run(callable, argument, span: null, cancellationToken);
    }
}
