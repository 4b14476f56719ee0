namespace Overlap.Cli.Jobs;

/// <summary>An item that has ended, as the runner hands it to whoever listens.</summary>
/// <param name="Sequence">The place of the item in the input, from 1.</param>
/// <param name="Key">What tells the item apart from others in a journal.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Duration">How long it took, with all its attempts.</param>
/// <param name="Result">How it ended.</param>
internal sealed record ItemEnd(long Sequence, string Key, DateTimeOffset StartedAt, TimeSpan Duration, ItemResult Result);
