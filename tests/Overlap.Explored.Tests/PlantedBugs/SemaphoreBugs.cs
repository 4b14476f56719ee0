using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>A small semaphore with a queue of waiters, and what can go wrong with its permits.</summary>
internal static class SemaphoreBugs
{
    /// <summary>A lease asks whether it was given back in one step, and notes it in another.</summary>
    public static void DoubleRelease(ThreadExplorer x, bool isPlanted)
    {
        int free = 0;
        int isGivenBack = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"copy {i}", () =>
            {
                if (isPlanted)
                {
                    if (Volatile.Read(ref isGivenBack) == 0)
                    {
                        Volatile.Write(ref isGivenBack, 1);
                        Interlocked.Increment(ref free);
                    }
                }
                else if (Interlocked.Exchange(ref isGivenBack, 1) == 0)
                {
                    Interlocked.Increment(ref free);
                }
            });
        }

        x.AtEnd(() => x.Assert(free == 1, "a permit was given back twice"));
    }

    /// <summary>A release that finds its waiter cancelled gives the permit to nobody.</summary>
    public static void CancellationLosesPermit(ThreadExplorer x, bool isPlanted) => Cancel(x, isPlanted, isDoubled: false);

    /// <summary>A cancellation that comes too late gives the permit back, and so does the waiter.</summary>
    public static void CancellationDoublesPermit(ThreadExplorer x, bool isPlanted) => Cancel(x, isLost: false, isPlanted);

    /// <summary>Two permits are given back at once, and one waiter is woken.</summary>
    public static void TwoPermitsOneWoken(ThreadExplorer x, bool isPlanted)
    {
        object gate = new();
        int free = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"waiter {i}", () =>
            {
                Monitor.Enter(gate);
                while (free == 0)
                {
                    Monitor.Wait(gate);
                }

                free--;
                Monitor.Exit(gate);
            });
        }

        x.Spawn("releaser", () =>
        {
            Monitor.Enter(gate);
            free += 2;
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

    private static void Cancel(ThreadExplorer x, bool isLost, bool isDoubled)
    {
        Semaphore semaphore = new(isLost, isDoubled);
        Waiter waiter = new();
        semaphore.Enter(x, new Waiter());
        x.Spawn("waiter", () =>
        {
            if (semaphore.Enter(x, waiter))
            {
                semaphore.Release();
            }
        });
        x.Spawn("owner", semaphore.Release);
        x.Spawn("canceller", () => semaphore.Cancel(waiter));
        x.AtEnd(() => x.Assert(semaphore.Free == 1, "there is one permit"));
    }

    private sealed class Waiter
    {
        public const int Granted = 1;
        public const int Canceled = 2;

        public int State;
    }

    private sealed class Semaphore(bool isLost, bool isDoubled)
    {
        private readonly Lock _gate = new();
        private readonly Queue<Waiter> _waiters = new();

        public int Free { get; private set; } = 1;

        public bool Enter(ThreadExplorer x, Waiter waiter)
        {
            _gate.Enter();
            if (Free > 0)
            {
                Free--;
                _gate.Exit();
                return true;
            }

            _waiters.Enqueue(waiter);
            _gate.Exit();
            x.Wait(() => Volatile.Read(ref waiter.State) != 0, "a permit");
            return Volatile.Read(ref waiter.State) == Waiter.Granted;
        }

        public void Release()
        {
            _gate.Enter();
            bool isGiven = false;
            while (!isGiven && _waiters.TryDequeue(out Waiter? waiter))
            {
                isGiven = Interlocked.CompareExchange(ref waiter.State, Waiter.Granted, 0) == 0 || isLost;
            }

            if (!isGiven)
            {
                Free++;
            }

            _gate.Exit();
        }

        public void Cancel(Waiter waiter)
        {
            if (Interlocked.CompareExchange(ref waiter.State, Waiter.Canceled, 0) == Waiter.Granted && isDoubled)
            {
                Release();
            }
        }
    }
}
