namespace Overlap.Explored.Tests.Mode;

/// <summary>Outside an exploration a stand-in is what it stands in for.</summary>
public sealed class StandInTests
{
    [Fact]
    public void Interlocked_OutsideAnExploration_ActsAsTheRuntimes()
    {
        int number = 5;

        Assert.Equal(7, Interlocked.Add(ref number, 2));
        Assert.Equal(6, Interlocked.Decrement(ref number));
        Assert.Equal(6, Interlocked.Or(ref number, 1));
        Assert.Equal(7, Interlocked.And(ref number, 3));
        Assert.Equal(3, Interlocked.CompareExchange(ref number, 9, 3));
        Assert.Equal(9, Interlocked.Exchange(ref number, 1));
        Assert.Equal(1, Volatile.Read(ref number));
    }

    [Fact]
    public void Lock_OutsideAnExploration_ExcludesOtherThreads()
    {
        Lock gate = new();
        int count = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(Work))];

        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        Assert.Equal(4_000, count);
        Assert.False(gate.IsHeldByCurrentThread);

        void Work()
        {
            for (int i = 0; i < 1_000; i++)
            {
                using (gate.EnterScope())
                {
                    count++;
                }
            }
        }
    }

    [Fact]
    public void Monitor_OutsideAnExploration_WaitsForThePulse()
    {
        object gate = new();
        bool isReady = false;
        Thread thread = new(() =>
        {
            Monitor.Enter(gate);
            isReady = true;
            Monitor.PulseAll(gate);
            Monitor.Exit(gate);
        });

        Monitor.Enter(gate);
        thread.Start();
        while (!isReady)
        {
            Monitor.Wait(gate);
        }

        Monitor.Exit(gate);
        thread.Join();
        Assert.False(Monitor.IsEntered(gate));
    }
}
