using System.Collections.Immutable;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Worker;

/// <summary>What remains to be done for a delivery: calls to send that follow it, results to store, then a settlement; each may be missing.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Document">What is to be stored; <see langword="null"/>: nothing.</param>
/// <param name="Settlement">What becomes of the delivery; <see langword="null"/>: nothing more.</param>
/// <param name="FreesPlace">Whether the delivery's place in the window is free after it.</param>
/// <param name="Done">Told whether the delivery was still held; <see langword="null"/>: nobody waits.</param>
internal readonly record struct Completion(
    Delivery Delivery, ResultDocument? Document, Settlement? Settlement, bool FreesPlace = true, TaskCompletionSource<bool>? Done = null)
{
    /// <summary>The calls that follow it.</summary>
    public ImmutableArray<Publication> Sequel { get; init; } = [];

    /// <summary>What is stored beside its own document: of calls that will never come.</summary>
    public ImmutableArray<ResultDocument> Others { get; init; } = [];

    /// <summary>All that is stored.</summary>
    public IEnumerable<ResultDocument> Documents => Document is null ? Others : Others.Prepend(Document);
}
