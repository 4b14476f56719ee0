using Overlap.Processes.Functions;
using Overlap.Processes.Hosting;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>What every worker is told before its first call.</summary>
internal sealed unsafe class WorkerSetup
{
    private readonly List<Frame> _frames = [];

    private WorkerSetup()
    {
    }

    /// <exception cref="NotPortableException">The initialiser or the function that makes the state cannot travel.</exception>
    public static WorkerSetup Of(ProcessPoolExecutorOptions options, ValueCodecs codecs)
    {
        WorkerSetup setup = new();
        if (options.JsonContext is not null)
        {
            // First: what the functions captured was written by it.
            PayloadWriter context = new(NoBorder.Instance);
            TypeIdentity.Write(context, options.JsonContext.GetType());
            setup.Add(new FrameHeader { Kind = FrameKind.Define, Function = WorkerHost.JsonContext }, context);
        }

        setup.Add(WorkerHost.Initializer, options.Initializer, codecs);
        setup.Add(WorkerHost.WorkerState, options.WorkerState, codecs);
        setup.Add(new FrameHeader { Kind = FrameKind.Start }, new PayloadWriter(NoBorder.Instance));
        return setup;
    }

    /// <summary>Writes it all into the ring of a new worker, where there is room.</summary>
    public void WriteLocked(WorkerLink worker)
    {
        foreach (Frame prepared in _frames)
        {
            byte[] payload = prepared.Payload;
            if (!worker.Requests.TryReserve(payload.Length, out FrameHeader* frame))
            {
                throw new ValueTooLargeException();
            }

            *frame = prepared.Header with { PayloadLength = payload.Length };
            payload.CopyTo(new Span<byte>((byte*)frame + FrameHeader.Size, payload.Length));
            worker.Requests.Commit(frame);
        }

        worker.Requests.Publish();
    }

    private void Add(int id, Delegate? function, ValueCodecs codecs)
    {
        if (function is null)
        {
            return;
        }

        PortableFunction portable = PortableFunction.Of(function, codecs);
        PayloadWriter writer = new(NoBorder.Instance);
        writer.WriteBytes(portable.Identity.Span);
        if (portable.HasCaptures)
        {
            portable.WriteCaptures(function, writer);
        }

        Add(new FrameHeader { Kind = FrameKind.Define, Function = id }, writer);
    }

    private void Add(FrameHeader header, PayloadWriter payload)
    {
        if (payload.Length > SegmentLayout.LargestFrame)
        {
            throw new NotPortableException(
                $"The captured variables of WorkerState or Initializer take {payload.Length} bytes; at most {SegmentLayout.LargestFrame} can be sent.");
        }

        _frames.Add(new Frame(header, payload.Written.ToArray()));
    }

    private sealed class Frame(FrameHeader header, byte[] payload)
    {
        public FrameHeader Header { get; } = header;

        public byte[] Payload { get; } = payload;
    }
}
