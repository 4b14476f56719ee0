namespace Overlap.Cli.Jobs;

/// <summary>Where a run puts what it makes.</summary>
/// <param name="OwnName">
/// <see langword="null"/> for where the user asked. In a comparison, a name such as <c>threads-2</c>: the run makes everything anew beside
/// that place, finds nothing done before, and <see cref="Job{TItem}.SettleAsync"/> says whether to keep it.
/// </param>
internal sealed record RunPlace(string? OwnName)
{
    public static readonly RunPlace AsAsked = new((string?)null);
}
