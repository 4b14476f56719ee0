namespace Overlap.Benchmarks.Areas.Actors;

/// <summary>A small message, as one tells it: a struct of 16 bytes.</summary>
internal readonly record struct Amount(long Value, long Number);
