using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>Numbers that several threads change.</summary>
internal static class CounterBugs
{
    /// <summary>Two threads read, add and write; the lock around it is missing.</summary>
    public static void LostUpdate(ThreadExplorer x, bool isPlanted)
    {
        Shared<int> balance = x.Share("balance", 100);
        Lock gate = new();
        for (int i = 0; i < 2; i++)
        {
            x.Spawn(i == 0 ? "alice" : "bob", () =>
            {
                if (!isPlanted)
                {
                    gate.Enter();
                }

                balance.Write(balance.Read() - 30);
                if (!isPlanted)
                {
                    gate.Exit();
                }
            });
        }

        x.AtEnd(() => x.Assert(balance.Read() == 40));
    }

    /// <summary>Whether there is enough is asked in one step and taken in another.</summary>
    public static void CheckThenAct(ThreadExplorer x, bool isPlanted)
    {
        int seats = 1;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"buyer {i}", () =>
            {
                int left = Volatile.Read(ref seats);
                if (isPlanted)
                {
                    if (left > 0)
                    {
                        Interlocked.Decrement(ref seats);
                    }

                    return;
                }

                while (left > 0 && Interlocked.CompareExchange(ref seats, left - 1, left) != left)
                {
                    left = Volatile.Read(ref seats);
                }
            });
        }

        x.AtEnd(() => x.Assert(Volatile.Read(ref seats) == 0));
    }

    /// <summary>Two of three signals may count as one.</summary>
    public static void CountdownNotAtomic(ThreadExplorer x, bool isPlanted)
    {
        int left = 3;
        for (int i = 0; i < 3; i++)
        {
            x.Spawn($"worker {i}", () =>
            {
                if (isPlanted)
                {
                    Volatile.Write(ref left, Volatile.Read(ref left) - 1);
                }
                else
                {
                    Interlocked.Decrement(ref left);
                }
            });
        }

        x.Spawn("waiter", () => x.Wait(() => Volatile.Read(ref left) == 0, "the countdown to end"));
    }

    /// <summary>A reader takes two halves that were never together: it does not see that a writer is at work.</summary>
    public static void TornRead(ThreadExplorer x, bool isPlanted)
    {
        int version = 0;
        int low = 0;
        int high = 0;
        x.Spawn("writer", () =>
        {
            Volatile.Write(ref version, 1);
            Volatile.Write(ref low, 7);
            Volatile.Write(ref high, 7);
            Volatile.Write(ref version, 2);
        });
        x.Spawn("reader", () =>
        {
            SpinWait spin = default;
            while (true)
            {
                int before = Volatile.Read(ref version);
                (int first, int second) = (Volatile.Read(ref low), Volatile.Read(ref high));
                if (Volatile.Read(ref version) == before && (isPlanted || before % 2 == 0))
                {
                    x.Assert(first == second, "two halves that were never together");
                    return;
                }

                spin.SpinOnce();
            }
        });
    }
}
