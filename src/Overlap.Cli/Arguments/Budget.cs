namespace Overlap.Cli.Arguments;

/// <summary>How long measuring may take: <c>10s</c>, or <c>10%</c> of what one worker would need for the whole job.</summary>
/// <param name="Time">The time; <see langword="null"/> for a part of the job.</param>
/// <param name="Share">The part; <see langword="null"/> for a time.</param>
internal sealed record Budget(TimeSpan? Time, double? Share)
{
    public const string Expected = "a time such as 10s, or a part of the job such as 10%";

    // Less than this measures nothing but the start.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);

    public static Budget? TryParse(string text)
    {
        if (text.EndsWith('%'))
        {
            return Arguments.Share.TryParse(text) is { Value: > 0 } share ? new Budget(null, share.Value) : null;
        }

        return Duration.TryParse(text) is { } duration && duration.Value >= Least ? new Budget(duration.Value, null) : null;
    }
}
