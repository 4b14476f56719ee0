namespace Overlap.Cli.Jobs;

/// <summary>The pause before another attempt: it doubles, up to a limit, with jitter so that items that failed together do not come back together.</summary>
internal static class RetryPause
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <param name="attempt">The attempt that failed, from 1.</param>
    public static TimeSpan After(int attempt)
    {
        TimeSpan pause = First * Math.Pow(2, Math.Min(attempt - 1, 16));
        return (pause < Longest ? pause : Longest) * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
