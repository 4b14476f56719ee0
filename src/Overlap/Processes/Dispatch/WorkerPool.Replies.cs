using Overlap.Executors;
using Overlap.Processes.Functions;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;
using Overlap.Timelines;

namespace Overlap.Processes.Dispatch;

/// <content>Reads replies and ends calls.</content>
internal sealed partial class WorkerPool
{
    // The kernel's limit for sleeping on several words, less the one that is the reader's own.
    private const int MostWorkersPerReader = 127;

    // A light sleep: workers may hold replies back so long, and calls that wait behind a slow one are then looked at.
    private const long DrowsyNanoseconds = 500_000;

    private static readonly double NanosecondsPerTick = 1e9 / TimeProvider.System.TimestampFrequency;

    /// <summary>Reads all that a worker has sent, and ends its calls.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool Read(WorkerLink worker)
    {
        bool any = false;
        worker.ReadGate.Enter();
        try
        {
            if (!worker.IsReadOut)
            {
                any = ReadLocked(worker);
            }
        }
        catch (Exception exception)
        {
            // Of whatever kind: bytes of one worker must not end the thread that reads those of all.
            worker.IsReadOut = true;
            worker.StopReceiving();
            Condemn(worker, $"it sent garbage: {exception.Message}", LinkState.Condemned);
        }
        finally
        {
            worker.ReadGate.Exit();
        }

        return any;
    }

    /// <summary>As <see cref="Read"/>, for who holds the worker's reading gate.</summary>
    private bool ReadLocked(WorkerLink worker)
    {
        bool any = false;
        while (worker.Events.TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload))
        {
            any = true;
            ReceiveProgress(worker, header, payload);
        }

        worker.Events.Release();
        while (worker.Replies.TryRead(out FrameHeader header, out ReadOnlySpan<byte> payload))
        {
            any = true;

            // A report that was sent before a call's end is heard before it.
            while (worker.Events.TryRead(out FrameHeader report, out ReadOnlySpan<byte> reported))
            {
                ReceiveProgress(worker, report, reported);
            }

            Receive(worker, header, payload);
            worker.Replies.ReleaseLazily();
        }

        worker.Events.Release();
        worker.Replies.Release();
        return any;
    }

    private void Receive(WorkerLink worker, in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        BlobReference blob = default;
        if ((header.Flags & FrameFlags.InBlob) != 0)
        {
            blob = new PayloadReader(payload, worker).Read<BlobReference>();
            payload = worker.GetBlob(blob).Span;
        }

        PayloadReader reader = new(payload, worker);
        switch (header.Kind)
        {
            case FrameKind.Results or FrameKind.Failure:
                ReceiveEnd(worker, header, ref reader);
                break;
            case FrameKind.StreamItem:
                CallOf(worker, header).ReceiveStreamItem(ref reader);
                break;
            case FrameKind.Ready:
                OnReady(worker);
                break;
            case FrameKind.Broken:
                OnCannotStart(worker, RemoteException.Read(ref reader, _exceptionTypes));
                break;
            default:
                throw new CorruptFrameException($"A frame of kind {header.Kind} came.");
        }

        if (blob.Length > 0)
        {
            worker.ReleaseBlob(blob);
        }
    }

    private void ReceiveEnd(WorkerLink worker, in FrameHeader header, ref PayloadReader reader)
    {
        RemoteCall call = CallOf(worker, header);
        if (header.Count < 1 || header.First < call.Received || header.First > call.Count - header.Count)
        {
            throw new CorruptFrameException($"Results came for items {header.First} to {header.First + header.Count} of {call.Count}.");
        }

        CallReading reading = (header.Flags & FrameFlags.Recorded) != 0 ? reader.Read<CallReading>() : default;
        double nanoseconds = (header.EndedAt - header.StartedAt) * NanosecondsPerTick;
        call.Function.Learn(Math.Max(0, nanoseconds) / header.Count);
        if (call.IsEnded)
        {
            // The pool ended it at its deadline; the worker has come back after all.
            call.ReleaseOnce();
            worker.Ended.Add(call);
            return;
        }

        Exception? failure = null;
        if (header.Kind == FrameKind.Failure)
        {
            failure = RemoteException.Read(ref reader, _exceptionTypes);
            call.ReceiveFailure(header, (header.Flags & FrameFlags.Canceled) != 0 && failure is not OperationCanceledException
                ? new OperationCanceledException(failure.Message, failure) : failure);
        }
        else
        {
            call.Receive(header, ref reader);
        }

        SpanStatus status = call.Status;
        worker.Counts.Count(status, header.Count);
        Adapt(header, status, failure, nanoseconds / 1e9);
        if (worker.Lane?.TakesCall() == true)
        {
            worker.Lane.Add(call.Number - 1 + header.First, call.Label, call.QueuedAt, header.StartedAt, header.EndedAt, reading.Work, reading.Delay, status);
        }

        if (ExecutorMetrics.IsTimed)
        {
            ExecutorMetrics.RecordEnd(_executor, header.StartedAt, status);
        }

        call.Received = header.First + header.Count;
        call.Publish();
        if (call.IsReceived && call.TryEnd())
        {
            worker.Ended.Add(call);
            call.ReleaseOnce();
            call.Complete();
        }
    }

    // P9: a reply names a call that is there, and this one of it.
    private static RemoteCall CallOf(WorkerLink worker, in FrameHeader header) =>
        (uint)header.Slot < SegmentLayout.SlotCount
        && worker.Calls[header.Slot] is { } call && worker.Generations[header.Slot] == header.Generation
            ? call
            : throw new CorruptFrameException($"A reply came for slot {header.Slot}, where no such call is.");

    private void ReceiveProgress(WorkerLink worker, in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Kind != FrameKind.Progress)
        {
            throw new CorruptFrameException($"A frame of kind {header.Kind} came as an event.");
        }

        // A report may come after the end of its call: then nobody listens any more.
        if (Crossings.FindProgress(header.StartedAt) is { } receiver)
        {
            PayloadReader reader = new(payload, worker);
            try
            {
                receiver.Receive(ref reader);
            }
            catch (Exception exception) when (exception is not PayloadException)
            {
                // The user's own receiver threw, or what reads a report: no fault of the worker. Whoever disposes the pool hears of it.
                _reportFailure ??= exception;
            }
        }
    }

    /// <summary>Frees the places of the calls that have ended and fills them again.</summary>
    private void Refill(WorkerLink worker)
    {
        // Taken over under the gate of the reading, because the next reply may already be read by another.
        RemoteCall[] ended;
        worker.ReadGate.Enter();
        ended = [.. worker.Ended];
        worker.Ended.Clear();
        worker.ReadGate.Exit();
        string? retire = null;
        _gate.Enter();
        foreach (RemoteCall call in ended)
        {
            FreeLocked(worker, call);
            worker.CallsDone += call.Count;
        }

        if (worker.State == LinkState.Condemned && worker.Sent.Count == 0 && worker.Reason is null)
        {
            worker.State = LinkState.Ready;
            retire = _isClosing ? Disposed : AliveLocked() > _limit ? "another one has taken its place while it did not give up a call" : null;
        }

        if (worker.State == LinkState.Retiring)
        {
            SendExitLocked(worker);
        }

        if (worker.State == LinkState.Ready && ended.Length > 0)
        {
            retire ??= ReasonToRetireLocked(worker);
            worker.IdleSince = worker.Sent.Count == 0 ? _time.GetTimestamp() : worker.IdleSince;
        }

        PumpLocked();
        _gate.Exit();
        if (retire is not null)
        {
            Retire(worker, retire);
        }

        CloseIfDrained();
    }
}
