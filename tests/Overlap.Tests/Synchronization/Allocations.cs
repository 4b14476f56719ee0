namespace Overlap.Tests.Synchronization;

/// <summary>Measures what an action allocates once it is warm.</summary>
internal static class Allocations
{
    private const int Rounds = 200;

    /// <summary>Gives the bytes that the calling thread allocated in many rounds of an action.</summary>
    public static long Of(Action action)
    {
        for (int i = 0; i < Rounds; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
