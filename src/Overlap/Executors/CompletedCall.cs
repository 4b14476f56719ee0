using Overlap.Futures;

namespace Overlap.Executors;

/// <summary>A call that has ended.</summary>
/// <typeparam name="T">The type of the item.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
/// <param name="Index">The place of the item in the source, from 0.</param>
/// <param name="Item">The item.</param>
/// <param name="Outcome">The result, or what was thrown.</param>
public readonly record struct CompletedCall<T, TResult>(long Index, T Item, Outcome<TResult> Outcome);
