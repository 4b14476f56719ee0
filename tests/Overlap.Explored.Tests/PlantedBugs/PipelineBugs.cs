using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>The queue and the window of a pipeline's stage, in small.</summary>
internal static class PipelineBugs
{
    /// <summary>The pump that ends last tells nobody: a consumer that waits for an item waits for ever.</summary>
    public static void EndNotTold(ThreadExplorer x, bool isPlanted)
    {
        object gate = new();
        int pumps = 2;
        int items = 0;
        int taken = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"pump {i}", () =>
            {
                Monitor.Enter(gate);
                items++;
                Monitor.PulseAll(gate);
                Monitor.Exit(gate);
                Monitor.Enter(gate);
                if (--pumps == 0 && !isPlanted)
                {
                    Monitor.PulseAll(gate);
                }

                Monitor.Exit(gate);
            });
        }

        x.Spawn("consumer", () =>
        {
            Monitor.Enter(gate);
            while (items > 0 || pumps > 0)
            {
                if (items > 0)
                {
                    items--;
                    taken++;
                }
                else
                {
                    Monitor.Wait(gate);
                }
            }

            Monitor.Exit(gate);
        });
        x.AtEnd(() => x.Assert(taken == 2));
    }

    /// <summary>A pump that found no room goes on when half is free; the half of one place is none, and less than none never comes.</summary>
    public static void RoomNeverTold(ThreadExplorer x, bool isPlanted)
    {
        const int Capacity = 1;
        object gate = new();
        int items = 0;
        x.Spawn("pump", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                Monitor.Enter(gate);
                while (items == Capacity)
                {
                    Monitor.Wait(gate);
                }

                items++;
                Monitor.PulseAll(gate);
                Monitor.Exit(gate);
            }
        });
        x.Spawn("consumer", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                Monitor.Enter(gate);
                while (items == 0)
                {
                    Monitor.Wait(gate);
                }

                items--;
                if (isPlanted ? items < Capacity / 2 : items <= Capacity / 2)
                {
                    Monitor.PulseAll(gate);
                }

                Monitor.Exit(gate);
            }
        });
    }

    /// <summary>An item that was refused since the stage had stopped is counted by nobody.</summary>
    public static void RefusedNotCounted(ThreadExplorer x, bool isPlanted)
    {
        Lock gate = new();
        bool isStopped = false;
        int inside = 0;
        int discarded = 0;
        x.Spawn("pump", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                gate.Enter();
                inside += isStopped ? 0 : 1;
                discarded += isStopped && !isPlanted ? 1 : 0;
                gate.Exit();
            }
        });
        x.Spawn("consumer", () =>
        {
            gate.Enter();
            isStopped = true;
            discarded += inside;
            inside = 0;
            gate.Exit();
        });
        x.AtEnd(() => x.Assert(discarded + inside == 2, "an item is nowhere"));
    }

    /// <summary>As completed, the source's failure takes its place in the line before the calls that still run.</summary>
    public static void FailureOvertakes(ThreadExplorer x, bool isPlanted)
    {
        const int Failure = -1;
        object gate = new();
        Queue<int> line = new();
        List<int> taken = [];
        int running = 1;
        bool hasFailed = false;
        x.Spawn("call", () =>
        {
            Monitor.Enter(gate);
            running--;
            line.Enqueue(1);
            LineUpFailure();
            Monitor.PulseAll(gate);
            Monitor.Exit(gate);
        });
        x.Spawn("pump", () =>
        {
            Monitor.Enter(gate);
            hasFailed = true;
            LineUpFailure();
            Monitor.PulseAll(gate);
            Monitor.Exit(gate);
        });
        x.Spawn("consumer", () =>
        {
            Monitor.Enter(gate);
            while (taken.Count == 0 || taken[^1] != Failure)
            {
                while (line.Count == 0)
                {
                    Monitor.Wait(gate);
                }

                taken.Add(line.Dequeue());
            }

            Monitor.Exit(gate);
        });
        x.AtEnd(() => x.Assert(taken is [1, Failure], "a result that was overtaken is lost"));

        void LineUpFailure()
        {
            if (hasFailed && (isPlanted || running == 0))
            {
                line.Enqueue(Failure);
                hasFailed = false;
            }
        }
    }
}
