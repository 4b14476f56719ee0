using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>A small reader-writer lock: a number, −1 for a writer.</summary>
internal static class ReaderWriterBugs
{
    /// <summary>Readers count themselves by a read and a write: two of them may count as one.</summary>
    public static void CountNotAtomic(ThreadExplorer x, bool isPlanted)
    {
        int state = 0;
        int reading = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"reader {i}", () =>
            {
                int readers;
                do
                {
                    readers = Volatile.Read(ref state);
                    if (readers < 0)
                    {
                        return;
                    }
                }
                while (!TryChange(readers, readers + 1));
                reading++;
                x.Point();
                reading--;
                do
                {
                    readers = Volatile.Read(ref state);
                }
                while (!TryChange(readers, readers - 1));
            });
        }

        x.Spawn("writer", () =>
        {
            if (Interlocked.CompareExchange(ref state, -1, 0) == 0)
            {
                x.Assert(reading == 0, "a reader is inside with a writer");
                Volatile.Write(ref state, 0);
            }
        });

        bool TryChange(int before, int after)
        {
            if (!isPlanted)
            {
                return Interlocked.CompareExchange(ref state, after, before) == before;
            }

            Volatile.Write(ref state, after);
            return true;
        }
    }

    /// <summary>Two readers want to write, and each waits for the other one to stop reading.</summary>
    public static void TwoUpgrades(ThreadExplorer x, bool isPlanted)
    {
        int readers = 0;
        int upgrader = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"upgrader {i}", () =>
            {
                // One at a time may read with the intention to write.
                while (!isPlanted && Interlocked.CompareExchange(ref upgrader, 1, 0) != 0)
                {
                    x.Wait(() => Volatile.Read(ref upgrader) == 0, "the other one's upgrade");
                }

                Interlocked.Increment(ref readers);
                x.Wait(() => Volatile.Read(ref readers) == 1, "the other readers to leave");
                Interlocked.Decrement(ref readers);
                Volatile.Write(ref upgrader, 0);
            });
        }
    }
}
