using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>Queues between producers and consumers.</summary>
internal static class QueueBugs
{
    /// <summary>Who was woken takes an item without looking whether it is still there.</summary>
    public static void MissingSecondLook(ThreadExplorer x, bool isPlanted)
    {
        object gate = new();
        Queue<int> items = new();
        for (int i = 0; i < 2; i++)
        {
            int item = i;
            x.Spawn($"consumer {i}", () =>
            {
                Monitor.Enter(gate);
                while (items.Count == 0)
                {
                    Monitor.Wait(gate);
                    if (isPlanted)
                    {
                        break;
                    }
                }

                items.Dequeue();
                Monitor.Exit(gate);
            });
            x.Spawn($"producer {i}", () =>
            {
                Monitor.Enter(gate);
                items.Enqueue(item);
                Monitor.Pulse(gate);
                Monitor.Exit(gate);
            });
        }
    }

    /// <summary>Producers and consumers wait for the same pulse: a producer's may wake another producer.</summary>
    public static void PulseInsteadOfPulseAll(ThreadExplorer x, bool isPlanted)
    {
        object gate = new();
        int items = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"consumer {i}", () => Move(-1));
            x.Spawn($"producer {i}", () => Move(1));
        }

        void Move(int by)
        {
            Monitor.Enter(gate);
            while (items + by is < 0 or > 1)
            {
                Monitor.Wait(gate);
            }

            items += by;
            if (isPlanted)
            {
                Monitor.Pulse(gate);
            }
            else
            {
                Monitor.PulseAll(gate);
            }

            Monitor.Exit(gate);
        }
    }

    /// <summary>A writer hands its item to a reader that was cancelled and is still in the list, as a bounded channel of .NET 10 does.</summary>
    public static void CancelledReadLosesItem(ThreadExplorer x, bool isPlanted)
    {
        Lock gate = new();
        Reader reader = new();
        List<Reader> readers = [reader];
        int items = 0;
        int taken = 0;
        x.Spawn("reader", () =>
        {
            x.Wait(() => Volatile.Read(ref reader.State) != 0, "an item");
            taken += Volatile.Read(ref reader.State) == Reader.HasItem ? 1 : 0;
        });
        x.Spawn("canceller", () =>
        {
            // The cancellation ends the read first and takes the reader out of the list later.
            if (Interlocked.CompareExchange(ref reader.State, Reader.Canceled, 0) == 0)
            {
                gate.Enter();
                readers.Remove(reader);
                gate.Exit();
            }
        });
        x.Spawn("writer", () =>
        {
            gate.Enter();
            Reader? waiting = readers.FirstOrDefault();
            if (waiting is not null)
            {
                readers.Remove(waiting);
            }

            gate.Exit();
            bool isHandedOver = waiting is not null && (Interlocked.CompareExchange(ref waiting.State, Reader.HasItem, 0) == 0 || isPlanted);
            items += isHandedOver ? 0 : 1;
        });
        x.AtEnd(() => x.Assert(items + taken == 1, "an item is lost"));
    }

    /// <summary>The place of an item is shown before the item is in it.</summary>
    public static void PublishedEarly(ThreadExplorer x, bool isPlanted)
    {
        int[] ring = new int[2];
        int written = 0;
        x.Spawn("producer", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                if (isPlanted)
                {
                    Volatile.Write(ref written, i + 1);
                }

                Volatile.Write(ref ring[i], i + 1);
                Volatile.Write(ref written, i + 1);
            }
        });
        x.Spawn("consumer", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                int place = i;
                x.Wait(() => Volatile.Read(ref written) > place, "an item");
                x.Assert(Volatile.Read(ref ring[place]) == place + 1, "the item is not there yet");
            }
        });
    }

    private sealed class Reader
    {
        public const int HasItem = 1;
        public const int Canceled = 2;

        public int State;
    }
}
