using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>Events, conditions and barriers.</summary>
internal static class EventBugs
{
    /// <summary>The flag is looked at before the gate, not behind it: a set in between wakes nobody.</summary>
    public static void LostWakeUp(ThreadExplorer x, bool isPlanted)
    {
        object gate = new();
        bool isSet = false;
        x.Spawn("waiter", () =>
        {
            if (isPlanted && Volatile.Read(ref isSet))
            {
                return;
            }

            Monitor.Enter(gate);
            if (isPlanted)
            {
                Monitor.Wait(gate);
            }
            else
            {
                while (!Volatile.Read(ref isSet))
                {
                    Monitor.Wait(gate);
                }
            }

            Monitor.Exit(gate);
        });
        x.Spawn("setter", () =>
        {
            Monitor.Enter(gate);
            Volatile.Write(ref isSet, true);
            Monitor.PulseAll(gate);
            Monitor.Exit(gate);
        });
    }

    /// <summary>Nothing remembers the notification: it may come before anybody waits.</summary>
    public static void NotifiedBeforeWait(ThreadExplorer x, bool isPlanted)
    {
        object gate = new();
        bool isNotified = false;
        x.Spawn("waiter", () =>
        {
            Monitor.Enter(gate);
            while (isPlanted || !isNotified)
            {
                Monitor.Wait(gate);
                if (isPlanted)
                {
                    break;
                }
            }

            Monitor.Exit(gate);
        });
        x.Spawn("notifier", () =>
        {
            Monitor.Enter(gate);
            isNotified = true;
            Monitor.Pulse(gate);
            Monitor.Exit(gate);
        });
    }

    /// <summary>An event that stays set wakes only one of those who wait for it.</summary>
    public static void MissingBroadcast(ThreadExplorer x, bool isPlanted)
    {
        object gate = new();
        bool isSet = false;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"waiter {i}", () =>
            {
                Monitor.Enter(gate);
                while (!isSet)
                {
                    Monitor.Wait(gate);
                }

                Monitor.Exit(gate);
            });
        }

        x.Spawn("setter", () =>
        {
            Monitor.Enter(gate);
            isSet = true;
            if (isPlanted)
            {
                Monitor.Pulse(gate);
            }
            else
            {
                Monitor.PulseAll(gate);
            }

            Monitor.Exit(gate);
        });
    }

    /// <summary>Who waits for "nobody is counted" may find the first of the next phase counted already.</summary>
    public static void BarrierWithoutGeneration(ThreadExplorer x, bool isPlanted)
    {
        object gate = new();
        int arrived = 0;
        int generation = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"party {i}", () =>
            {
                SignalAndWait();
                SignalAndWait();
            });
        }

        void SignalAndWait()
        {
            Monitor.Enter(gate);
            int mine = generation;
            if (++arrived == 2)
            {
                arrived = 0;
                generation++;
                Monitor.PulseAll(gate);
            }
            else
            {
                while (isPlanted ? arrived != 0 : generation == mine)
                {
                    Monitor.Wait(gate);
                }
            }

            Monitor.Exit(gate);
        }
    }
}
