namespace Overlap.Cli.Jobs.Run.Outputs;

/// <summary>The memory that the kept output of all items together may take; what goes beyond it goes to temporary files. Thread-safe.</summary>
/// <param name="bytes">The most.</param>
internal sealed class OutputBudget(long bytes)
{
    private long _left = bytes;

    public bool TryTake(long amount)
    {
        if (Interlocked.Add(ref _left, -amount) >= 0)
        {
            return true;
        }

        _ = Interlocked.Add(ref _left, amount);
        return false;
    }

    public void GiveBack(long amount) => _ = Interlocked.Add(ref _left, amount);
}
