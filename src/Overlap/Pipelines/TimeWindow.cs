using System.Collections.Immutable;

namespace Overlap.Pipelines;

/// <summary>The items that came within a stretch of time.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <param name="Start">When the stretch began, by the stage's clock.</param>
/// <param name="Length">How long it was.</param>
/// <param name="Items">The items in the order in which they came; never empty.</param>
public sealed record TimeWindow<T>(DateTimeOffset Start, TimeSpan Length, ImmutableArray<T> Items);
