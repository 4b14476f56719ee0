using Overlap.Processes.Transport;

namespace Overlap.Processes.Dispatch;

/// <content>Gives calls to workers.</content>
internal sealed unsafe partial class WorkerPool
{
    // Calls that are sent ahead keep a worker busy over the way of its reply; more than that only makes others wait behind a slow one.
    private const double LongestAheadNanoseconds = 200_000;

    // Guarded by _gate.
    private readonly List<WorkerLink> _toWake = [];

    /// <summary>Finds a worker for the call and writes it into its ring, published but without waking the worker.</summary>
    private bool TrySendLocked(RemoteCall call, out WorkerLink? worker)
    {
        worker = PickLocked(call);
        return worker is not null && TryWriteLocked(worker, call);
    }

    /// <summary>The idlest worker that may get the call; <see langword="null"/> when each has enough.</summary>
    private WorkerLink? PickLocked(RemoteCall call)
    {
        if (_adaptation is { MayStart: false })
        {
            return null;
        }

        WorkerLink? best = null;
        WorkerLink? starting = null;
        foreach (WorkerLink worker in _workers)
        {
            if (worker.State != LinkState.Ready)
            {
                starting ??= worker.State == LinkState.Starting && worker.Sent.Count == 0 ? worker : null;
                continue;
            }

            if (worker.Sent.Count == 0)
            {
                return worker;
            }

            if (best is null || worker.Ahead < best.Ahead)
            {
                best = worker;
            }
        }

        // An unknown function is taken for a slow one: it is sent to idle workers only.
        return best is not null && best.FreeSlots.Count > 0
            && best.Ahead + (call.Function.ItemNanoseconds * call.Count) <= LongestAheadNanoseconds
                ? best

                // It finds the call when it is up. Should another be idle before, or this one die, the call is taken back.
                : starting;
    }

    private bool TryWriteLocked(WorkerLink worker, RemoteCall call)
    {
        if (!TryDefineLocked(worker, call.Function))
        {
            return false;
        }

        _writer.Clear();
        FrameFlags flags = call.IsCancelable ? FrameFlags.Cancelable : FrameFlags.None;
        if (call.Trace is { } trace)
        {
            flags |= FrameFlags.Traced;
            trace.TraceId.CopyTo(_writer.GetSpan(16)[..16]);
            _writer.Advance(16);
            trace.SpanId.CopyTo(_writer.GetSpan(8)[..8]);
            _writer.Advance(8);
            _writer.Write((byte)trace.TraceFlags);
        }

        if (IsRecorded)
        {
            flags |= FrameFlags.Recorded;
        }

        if (call.IsInBlob)
        {
            flags |= FrameFlags.InBlob;
        }

        call.Encode(_writer);
        if (!worker.Requests.TryReserve(_writer.Length, out FrameHeader* frame, SegmentLayout.RoomForExit))
        {
            return false;
        }

        int slot = worker.FreeSlots.Pop();
        int generation = SlotTable.NextGeneration(worker.Generations[slot]);
        worker.Generations[slot] = generation;
        worker.Calls[slot] = call;
        worker.Slots.Open(slot, generation, call.Count);
        worker.Slots.SetCredit(slot, call.Credit);
        frame->Kind = FrameKind.Call;
        frame->Flags = flags;
        frame->Slot = slot;
        frame->Generation = generation;
        frame->Function = call.Function.Id;
        frame->Count = call.Count;
        frame->StartedAt = call.Number;
        _writer.Written.CopyTo(new Span<byte>((byte*)frame + FrameHeader.Size, _writer.Length));
        worker.Requests.Commit(frame);
        worker.Requests.Publish();
        call.Worker = worker;
        call.Slot = slot;
        call.Generation = generation;
        call.Received = 0;
        double estimate = call.Function.ItemNanoseconds * call.Count;
        call.Estimate = double.IsInfinity(estimate) ? LongestAheadNanoseconds : estimate;
        worker.Ahead += call.Estimate;
        worker.Sent.Enqueue(call);
        _adaptation?.Start(call.Count);
        return true;
    }

    private static bool TryDefineLocked(WorkerLink worker, PoolFunction function)
    {
        if (worker.Defined.Contains(function))
        {
            return true;
        }

        if (!TryWriteFrameLocked(worker, new FrameHeader { Kind = FrameKind.Define, Function = function.Id, Flags = function.Flags }, function.Definition))
        {
            return false;
        }

        _ = worker.Defined.Add(function);
        return true;
    }

    /// <summary>Tells the workers that a function which brought its captured variables along is not called any more.</summary>
    public void Forget(PoolFunction function)
    {
        if ((function.Flags & FrameFlags.Captures) == 0)
        {
            return;
        }

        _gate.Enter();
        foreach (WorkerLink worker in _workers)
        {
            // P5: a full ring is no harm: then the worker keeps it.
            if (worker.State != LinkState.Gone && worker.Defined.Remove(function))
            {
                _ = TryWriteFrameLocked(worker, new FrameHeader { Kind = FrameKind.Forget, Function = function.Id }, default);
            }
        }

        _gate.Exit();
    }

    private static bool TryWriteFrameLocked(WorkerLink worker, in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!worker.Requests.TryReserve(payload.Length, out FrameHeader* frame, header.Kind == FrameKind.Exit ? 0 : SegmentLayout.RoomForExit))
        {
            return false;
        }

        *frame = header with { PayloadLength = payload.Length };
        payload.CopyTo(new Span<byte>((byte*)frame + FrameHeader.Size, payload.Length));
        worker.Requests.Commit(frame);
        worker.Requests.Publish();
        return true;
    }

    /// <summary>Sends what waits to workers that have room, and wakes them.</summary>
    private void PumpLocked()
    {
        while (_queue.First is { } call && TrySendNextLocked(call, out WorkerLink? worker))
        {
            if (!_toWake.Contains(worker!))
            {
                _toWake.Add(worker!);
            }
        }

        WakeLocked();
        StartWorkersLocked();
        AwaitPaceLocked();
    }

    // Under the gate, so that no worker is buried meanwhile and its memory unmapped.
    private void WakeLocked()
    {
        foreach (WorkerLink worker in _toWake)
        {
            worker.Requests.WakeReader();
        }

        _toWake.Clear();
    }

    private bool TrySendNextLocked(RemoteCall call, out WorkerLink? worker)
    {
        // P3: a node is in one queue at a time: out of this one before it enters the worker's.
        worker = PickLocked(call);
        if (worker is null)
        {
            return false;
        }

        _ = TryDequeueLocked(call);
        if (TryWriteLocked(worker, call))
        {
            return true;
        }

        EnqueueFirstLocked(call);
        return false;
    }

    /// <summary>Takes a call's place at its worker away.</summary>
    private static void FreeLocked(WorkerLink worker, RemoteCall call)
    {
        if (call.Worker != worker || !worker.Sent.TryRemove(call))
        {
            return;
        }

        worker.Ahead = worker.Sent.Count == 0 ? 0 : worker.Ahead - call.Estimate;
        worker.Calls[call.Slot] = null;
        worker.FreeSlots.Push(call.Slot);
        call.Worker = null;
    }

    /// <summary>Gives what waits behind something slow to workers that have nothing to do.</summary>
    private void StealLocked()
    {
        // Over a copy: what is taken back may call for one more worker.
        foreach (WorkerLink idle in _readFrom)
        {
            if (idle.State != LinkState.Ready || idle.Sent.Count > 0 || _queue.Count > 0)
            {
                continue;
            }

            WorkerLink? victim = null;
            int most = 0;
            foreach (WorkerLink worker in _workers)
            {
                int unstarted = UnstartedLocked(worker);
                if (unstarted > most)
                {
                    (victim, most) = (worker, unstarted);
                }
            }

            if (victim is null)
            {
                return;
            }

            StealFromLocked(victim, (most + 1) / 2);
            PumpLocked();
        }
    }

    private static int UnstartedLocked(WorkerLink worker)
    {
        int unstarted = 0;
        for (RemoteCall? call = worker.Sent.First; call is not null; call = call.Next)
        {
            unstarted += call.IsEnded ? 0 : worker.Slots.Unstarted(call.Slot, call.Generation);
        }

        return unstarted;
    }

    /// <summary>Takes items back from a worker, the last first, and puts them in front of the queue.</summary>
    private void StealFromLocked(WorkerLink victim, int wanted)
    {
        for (RemoteCall? call = victim.Sent.Last; call is not null && wanted > 0;)
        {
            RemoteCall? before = call.Previous;
            int taken = call.IsEnded ? 0 : victim.Slots.TakeBack(call.Slot, call.Generation, call.Count, wanted);
            if (taken > 0)
            {
                wanted -= taken;
                TakeItemsLocked(victim, call, taken);
            }

            call = before;
        }
    }

    /// <summary>Puts items that were taken back from a worker in front of the queue.</summary>
    private void TakeItemsLocked(WorkerLink worker, RemoteCall call, int taken)
    {
        if (taken == call.Count)
        {
            FreeLocked(worker, call);
            EnqueueFirstLocked(call);
            return;
        }

        EnqueueFirstLocked(call.Split(call.Count - taken, taken));
        if (call.IsReceived && call.TryEnd())
        {
            // Its last reply came before it was shortened, so nobody else ends it.
            FreeLocked(worker, call);
            call.ReleaseOnce();
            call.Complete();
        }
    }
}
