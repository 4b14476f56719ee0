using Overlap.Processes.Native;
using Overlap.Processes.Transport;

namespace Overlap.Processes.Dispatch;

/// <content>The thread that reads the replies of all workers.</content>
internal sealed unsafe partial class WorkerPool
{
    // Guarded by _gate.
    private Thread? _reader;

    // The words that the reader sleeps on beside those of the workers: changed when there are other workers, or none any more.
    private readonly int[] _readerWords = GC.AllocateArray<int>(16, pinned: true);
    private volatile WorkerLink[] _readFrom = [];
    private volatile bool _readerEnds;

    // Kept by the pool itself: whoever still tells the reader something finds it, even after the end.
    private int* ReaderWord => (int*)System.Runtime.CompilerServices.Unsafe.AsPointer(
        ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_readerWords));

    private void StartReaderLocked()
    {
        if (_reader is null)
        {
            Thread reader = new(ReadReplies) { IsBackground = true, Name = "overlap process pool" };
            reader.UnsafeStart();
            _reader = reader;
        }
    }

    /// <summary>Makes the reader look at its workers anew.</summary>
    public void TellReader()
    {
        Interlocked.Increment(ref *ReaderWord);
        MemoryCalls.Wake(ReaderWord);
    }

    private void ReadReplies()
    {
        MemoryCalls.WaitEntry[] entries = new MemoryCalls.WaitEntry[MostWorkersPerReader + 1];
        SpinRate spin = new();
        int sleep = RingWords.Drowsy;
        while (!_readerEnds)
        {
            int word = Volatile.Read(ref *ReaderWord);

            // P12: what is buried was taken off the list before.
            BuryAll();
            WorkerLink[] workers = _readFrom;
            if (ReadAll(workers))
            {
                sleep = RingWords.Drowsy;
                continue;
            }

            if (sleep == RingWords.Drowsy && LooksAround(workers, ref spin))
            {
                continue;
            }

            if (Sleep(workers, entries, word, sleep))
            {
                sleep = RingWords.Drowsy;
            }
            else
            {
                sleep = TryHandOut() ? RingWords.Drowsy : RingWords.Asleep;
            }
        }

        _ = _readerEnded.TrySetResult();
    }

    /// <summary>Gives workers that have nothing to do what waits elsewhere.</summary>
    /// <returns>
    /// Whether to look again soon: a call waits for room in the ring of a worker that has answered all, and is just about to make that room. It says
    /// nothing when it has.
    /// </returns>
    private bool TryHandOut()
    {
        using Lock.Scope held = _gate.EnterScope();
        StealLocked();
        PumpLocked();
        return _queue.Count > 0 && _adaptation is not { MayStart: false } && Array.Exists(_readFrom, static worker => worker is { State: LinkState.Ready, Sent.Count: 0 });
    }

    private bool ReadAll(WorkerLink[] workers)
    {
        bool any = false;
        foreach (WorkerLink worker in workers)
        {
            if (!worker.IsLed && worker.HasReplies && Read(worker))
            {
                any = true;
                Refill(worker);
            }
        }

        return any;
    }

    /// <summary>Looks a moment longer for a reply: waking a sleeper takes several times as long as a short call.</summary>
    private static bool LooksAround(WorkerLink[] workers, ref SpinRate spin)
    {
        int here = MemoryCalls.GetProcessor();
        foreach (WorkerLink worker in workers)
        {
            // On the processor of a worker that has calls this would keep it from answering.
            if (!worker.IsReadOut && worker.Sent.Count > 0 && worker.Replies.ProducerProcessor == here)
            {
                spin.Skip();
                return false;
            }
        }

        if (!spin.IsWorthIt())
        {
            return false;
        }

        long end = TimeProvider.System.GetTimestamp() + SpinRate.LongestTicks;
        do
        {
            foreach (WorkerLink worker in workers)
            {
                if (!worker.IsLed && !worker.IsReadOut && worker.HasReplies)
                {
                    spin.Note(hasCome: true);
                    return true;
                }
            }

            Thread.SpinWait(1);
        }
        while (TimeProvider.System.GetTimestamp() < end);
        spin.Note(hasCome: false);
        return false;
    }

    /// <summary>Sleeps until a worker has replied.</summary>
    /// <returns>Whether it was woken; <see langword="false"/> when a light sleep has come to its end.</returns>
    private bool Sleep(WorkerLink[] workers, MemoryCalls.WaitEntry[] entries, int word, int depth)
    {
        int count = 0;
        entries[count++] = new MemoryCalls.WaitEntry(ReaderWord, word);
        bool hasData = false;

        // Beyond what the kernel takes it is looked at all of them again and again.
        bool isLight = depth == RingWords.Drowsy || workers.Length > MostWorkersPerReader;
        foreach (WorkerLink worker in workers)
        {
            if (worker.IsReadOut)
            {
                continue;
            }

            worker.Replies.Announce(depth);
            if (count < entries.Length)
            {
                entries[count++] = new MemoryCalls.WaitEntry(worker.Replies.ConsumerWaiting, depth);
            }

            hasData |= !worker.IsLed && worker.HasReplies;
        }

        int result = 0;
        if (!hasData)
        {
            result = !_memory.IsShared ? SleepOnOwnWord(word, depth == RingWords.Drowsy) : MemoryCalls.WaitAny(entries.AsSpan(0, count), isLight ? Soon() : null);
        }

        foreach (WorkerLink worker in workers)
        {
            worker.Replies.WakeUp();
        }

        return result != -MemoryCalls.TimedOut;
    }

    /// <summary>As with several words: who writes the rings of streams is in this process, and tells the reader itself.</summary>
    private int SleepOnOwnWord(int word, bool isLight)
    {
        if (isLight)
        {
            return MemoryCalls.WaitWhile(ReaderWord, word, DrowsyNanoseconds) ? 0 : -MemoryCalls.TimedOut;
        }

        MemoryCalls.WaitWhile(ReaderWord, word);
        return 0;
    }

    private static MemoryCalls.TimeSpecification Soon()
    {
        long nanoseconds = (long)(TimeProvider.System.GetTimestamp() * NanosecondsPerTick) + DrowsyNanoseconds;
        return new MemoryCalls.TimeSpecification { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
    }
}
