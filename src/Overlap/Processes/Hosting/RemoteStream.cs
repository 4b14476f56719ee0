using Overlap.Executors;
using Overlap.Processes.Functions;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Hosting;

/// <summary>A function that gives a stream, as a worker has it. Values go out one by one, no more ahead than the pool allows.</summary>
internal sealed class RemoteStream<T, TResult>(ResolvedFunction function, Delegate? bound, ValueCodecs codecs) : RemoteFunction
{
    private readonly ValueCodec<T> _arguments = codecs.Of<T>();
    private readonly ValueCodec<TResult> _results = codecs.Of<TResult>();

    public override void Run(in FrameHeader header, ref PayloadReader payload, WorkerHost host)
    {
        if (host.Take(header, 1, out _) == 0)
        {
            return;
        }

        host.Meter.Begin((header.Flags & FrameFlags.Recorded) != 0);
        FrameHeader reply = new()
        {
            Slot = header.Slot,
            Generation = header.Generation,
            Count = 1,
            StartedAt = TimeProvider.System.GetTimestamp(),
        };
        host.Slots.SetStarted(header.Slot, reply.StartedAt);
        CancellationToken cancellationToken = host.Enter(header);
        Exception? failure = null;
        try
        {
            Delegate open = bound ?? function.Bind(ref payload);
            T argument = _arguments.Read(ref payload);
            host.Context.EnsureState();
            IAsyncEnumerable<TResult> values = Open(open, argument, cancellationToken);
            Callable<(IAsyncEnumerable<TResult>, FrameHeader), ValueTuple> pump = Callable.Of(
                ((IAsyncEnumerable<TResult> Values, FrameHeader Reply) stream, CancellationToken token) => GiveAsync(stream.Values, stream.Reply, host, token));
            _ = BlockingPump.Run(pump, (values, reply), span: null, cancellationToken);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        host.Leave(header);
        reply.EndedAt = TimeProvider.System.GetTimestamp();
        reply.Flags = header.Flags & FrameFlags.Recorded;
        CallReading reading = host.Meter.End(reply.StartedAt, reply.EndedAt);
        if (failure is not null)
        {
            host.SendFailure(reply, reading, failure);
            return;
        }

        host.Writer.Clear();
        if (reply.Flags != FrameFlags.None)
        {
            host.Writer.Write(reading);
        }

        host.Send(reply with { Kind = FrameKind.Results }, host.Writer);
    }

    private static IAsyncEnumerable<TResult> Open(Delegate function, T argument, CancellationToken cancellationToken) => function switch
    {
        Func<T, CancellationToken, IAsyncEnumerable<TResult>> f => f(argument, cancellationToken),
        Func<T, IAsyncEnumerable<TResult>> f => f(argument),
        Func<CancellationToken, IAsyncEnumerable<TResult>> f => f(cancellationToken),
        Func<IAsyncEnumerable<TResult>> f => f(),
        _ => throw new ArgumentException($"A {function.GetType()} gives no stream of {typeof(TResult)}.", nameof(function)),
    } ?? throw new InvalidOperationException("The function gave null in place of a stream.");

    // Every continuation comes back to the worker's thread: values are written to the ring by no other.
    private async Task GiveAsync(IAsyncEnumerable<TResult> values, FrameHeader reply, WorkerHost host, CancellationToken cancellationToken)
    {
        long given = 0;
        await foreach (TResult value in values.WithCancellation(cancellationToken).ConfigureAwait(true))
        {
            host.WaitForCredit(reply, given++, cancellationToken);
            host.Writer.Clear();
            _results.Write(host.Writer, value);
            long now = TimeProvider.System.GetTimestamp();
            host.SendNow(reply with { Kind = FrameKind.StreamItem, StartedAt = now, EndedAt = now }, host.Writer);
        }
    }
}
