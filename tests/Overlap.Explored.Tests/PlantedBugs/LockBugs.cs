using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>Locks that are taken wrongly, and one that is made wrongly.</summary>
internal static class LockBugs
{
    /// <summary>One thread takes A, then B; the other B, then A.</summary>
    public static void TwoOrders(ThreadExplorer x, bool isPlanted)
    {
        object a = new();
        object b = new();
        x.Spawn("a, b", () => Both(a, b));
        x.Spawn(isPlanted ? "b, a" : "also a, b", () =>
        {
            if (isPlanted)
            {
                Both(b, a);
            }
            else
            {
                Both(a, b);
            }
        });

        static void Both(object first, object second)
        {
            Monitor.Enter(first);
            Monitor.Enter(second);
            Monitor.Exit(second);
            Monitor.Exit(first);
        }
    }

    /// <summary>What throws inside does not leave the lock.</summary>
    public static void KeptAfterException(ThreadExplorer x, bool isPlanted)
    {
        Lock gate = new();
        bool isOpen = true;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"user {i}", () =>
            {
                try
                {
                    gate.Enter();
                    try
                    {
                        Use();
                    }
                    catch (InvalidOperationException) when (!isPlanted)
                    {
                        // Goes on to the exit.
                    }

                    gate.Exit();
                }
                catch (InvalidOperationException)
                {
                    // The second user finds it closed.
                }
            });
        }

        x.Spawn("third", () =>
        {
            gate.Enter();
            gate.Exit();
        });

        void Use() => isOpen = isOpen ? false : throw new InvalidOperationException("closed");
    }

    /// <summary>Whether the lock is disposed is asked before the gate, so that one may begin to wait after the others were let go.</summary>
    public static void DisposalOverlooksWaiter(ThreadExplorer x, bool isPlanted)
    {
        object gate = new();
        bool isDisposed = false;
        x.Spawn("disposer", () =>
        {
            Monitor.Enter(gate);
            Volatile.Write(ref isDisposed, true);
            Monitor.PulseAll(gate);
            Monitor.Exit(gate);
        });
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"waiter {i}", () =>
            {
                if (isPlanted && Volatile.Read(ref isDisposed))
                {
                    return;
                }

                Monitor.Enter(gate);
                if (isPlanted || !Volatile.Read(ref isDisposed))
                {
                    Monitor.Wait(gate);
                }

                Monitor.Exit(gate);
            });
        }
    }

    /// <summary>Dekker's lock for two: each says that it wants in, then looks at the other. The processor may let it look first.</summary>
    public static void MissingFence(ThreadExplorer x, bool isPlanted)
    {
        Wishes wishes = new();
        int inside = 0;
        x.Spawn("one", () => TryVisit(ref wishes.One, ref wishes.Two));
        x.Spawn("two", () => TryVisit(ref wishes.Two, ref wishes.One));

        void TryVisit(ref int mine, ref int other)
        {
            Volatile.Write(ref mine, 1);
            if (!isPlanted)
            {
                Interlocked.MemoryBarrier();
            }

            if (Volatile.Read(ref other) == 0)
            {
                x.Assert(++inside == 1, "two are inside");
                x.Point();
                inside--;
            }

            Volatile.Write(ref mine, 0);
        }
    }

    private sealed class Wishes
    {
        public int One;
        public int Two;
    }
}
