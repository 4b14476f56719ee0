using Overlap.Processes.Native;
using Overlap.Processes.Transport;

namespace Overlap.Processes.Dispatch;

/// <content>The thread that reads the replies of all workers.</content>
internal sealed unsafe partial class WorkerPool
{
    // Guarded by _gate.
    private Thread? _reader;

    // The words that the reader sleeps on beside those of the workers: changed when there are other workers, or none any more.
    private readonly int* _readerWord = (int*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(64);
    private volatile WorkerLink[] _readFrom = [];
    private volatile bool _readerEnds;

    private void StartReaderLocked()
    {
        if (_reader is null)
        {
            _reader = new Thread(ReadReplies) { IsBackground = true, Name = "overlap process pool" };
            _reader.UnsafeStart();
        }
    }

    /// <summary>Makes the reader look at its workers anew.</summary>
    public void TellReader()
    {
        Interlocked.Increment(ref *_readerWord);
        MemoryCalls.Wake(_readerWord);
    }

    private void ReadReplies()
    {
        MemoryCalls.WaitEntry[] entries = new MemoryCalls.WaitEntry[MostWorkersPerReader + 1];
        int sleep = RingWords.Drowsy;
        while (!_readerEnds)
        {
            int word = Volatile.Read(ref *_readerWord);

            // What is buried was taken off the list before.
            BuryAll();
            WorkerLink[] workers = _readFrom;
            if (ReadAll(workers))
            {
                sleep = RingWords.Drowsy;
                continue;
            }

            if (Sleep(workers, entries, word, sleep))
            {
                sleep = RingWords.Drowsy;
            }
            else
            {
                sleep = RingWords.Asleep;
                _gate.Enter();
                StealLocked();
                _gate.Exit();
            }
        }

        _ = _readerEnded.TrySetResult();
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

    /// <summary>Sleeps until a worker has replied.</summary>
    /// <returns>Whether it was woken; <see langword="false"/> when a light sleep has come to its end.</returns>
    private bool Sleep(WorkerLink[] workers, MemoryCalls.WaitEntry[] entries, int word, int depth)
    {
        int count = 0;
        entries[count++] = new MemoryCalls.WaitEntry(_readerWord, word);
        bool hasData = false;
        foreach (WorkerLink worker in workers)
        {
            if (worker.IsReadOut)
            {
                continue;
            }

            worker.Replies.Announce(depth);
            entries[count++] = new MemoryCalls.WaitEntry(worker.Replies.ConsumerWaiting, depth);
            hasData |= !worker.IsLed && worker.HasReplies;
        }

        int result = 0;
        if (!hasData)
        {
            result = !_memory.IsShared ? SleepOnOwnWord(word, depth) : MemoryCalls.WaitAny(entries.AsSpan(0, count), depth == RingWords.Drowsy ? Soon() : null);
        }

        foreach (WorkerLink worker in workers)
        {
            worker.Replies.WakeUp();
        }

        return result != -MemoryCalls.TimedOut;
    }

    /// <summary>As with several words: who writes the rings of streams is in this process, and tells the reader itself.</summary>
    private int SleepOnOwnWord(int word, int depth)
    {
        if (depth != RingWords.Drowsy)
        {
            MemoryCalls.WaitWhile(_readerWord, word);
            return 0;
        }

        return MemoryCalls.WaitWhile(_readerWord, word, DrowsyNanoseconds) ? 0 : -MemoryCalls.TimedOut;
    }

    private static MemoryCalls.TimeSpecification Soon()
    {
        long nanoseconds = (long)(TimeProvider.System.GetTimestamp() * NanosecondsPerTick) + DrowsyNanoseconds;
        return new MemoryCalls.TimeSpecification { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
    }
}
