namespace Overlap.Benchmarks.Areas.Auto;

/// <summary>Calls that read all over an array of their own, larger than the processors' memory: each worker takes it from the others.</summary>
internal sealed class MemoryWorkload : Workload
{
    private const int Length = 4 << 20;
    private const int Reads = 200_000;

    private static readonly ThreadLocal<int[]> Own = new(static () => [.. Enumerable.Range(0, Length)]);

    public override string Title => "calls that read all over 16 MiB of their own";

    public override bool Blocks => true;

    public override Task DoAsync(CancellationToken cancellationToken)
    {
        int[] memory = Own.Value!;
        uint at = (uint)Environment.CurrentManagedThreadId;
        for (int i = 0; i < Reads; i++)
        {
            // A step of a generator of random numbers, mixed with what was read: the next place is known only then.
            at = (at * 1_664_525) + 1_013_904_223 + (uint)(memory[at % Length] & 1);
        }

        GC.KeepAlive(at);
        return Task.CompletedTask;
    }
}
