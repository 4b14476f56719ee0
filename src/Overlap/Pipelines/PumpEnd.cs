namespace Overlap.Pipelines;

/// <summary>How the reading of a source ended.</summary>
/// <param name="Failure">What ended it; <see langword="null"/>: the source has no more, or the stage took no more.</param>
/// <param name="IsDisposal">Whether that is what the source threw when it was disposed.</param>
internal readonly record struct PumpEnd(Exception? Failure, bool IsDisposal);
