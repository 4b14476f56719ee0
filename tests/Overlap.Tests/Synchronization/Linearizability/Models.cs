using System.Collections.Immutable;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Linearizability;

/// <summary>A model that is one function.</summary>
/// <param name="initial">The state of a new object.</param>
/// <param name="apply">The state after an operation with an answer; <see langword="null"/> when it cannot have had that answer.</param>
/// <param name="partOf">The part of the object that an operation touches.</param>
internal sealed class FunctionModel<TState, TOperation, TResult>(
    TState initial, Func<TState, TOperation, Answer<TResult>, TState?> apply, Func<TOperation, object>? partOf = null)
    : LinearizableModel<TState, TOperation, TResult>
    where TState : struct
{
    public override TState InitialState => initial;

    public override bool TryApply(TState state, TOperation operation, Answer<TResult> answer, out TState next)
    {
        TState? after = apply(state, operation, answer);
        next = after ?? state;
        return after is not null;
    }

    public override object PartOf(TOperation operation) => partOf is null ? this : partOf(operation);
}

/// <summary>A queue of at most two items.</summary>
internal sealed class BoundedQueueModel : LinearizableModel<ImmutableList<int>, QueueCall, int>
{
    public const int Capacity = 2;

    public override ImmutableList<int> InitialState => [];

    public override IEqualityComparer<ImmutableList<int>> StateComparer { get; } = new ItemsComparer();

    public override bool TryApply(ImmutableList<int> state, QueueCall operation, Answer<int> answer, out ImmutableList<int> next)
    {
        bool isFull = state.Count == Capacity;
        switch (operation.Verb)
        {
            case QueueVerb.Add:
                next = state.Add(operation.Item);
                return !isFull;
            case QueueVerb.TryAdd:
                next = isFull ? state : state.Add(operation.Item);
                return answer.Is(isFull ? 0 : 1);
            case QueueVerb.Take:
                next = state.IsEmpty ? state : state.RemoveAt(0);
                return !state.IsEmpty && answer.Is(state[0]);
            default:
                next = state.IsEmpty ? state : state.RemoveAt(0);
                return answer.Is(state.IsEmpty ? 0 : state[0]);
        }
    }

    public override string DescribeState(ImmutableList<int> state) => $"[{string.Join(' ', state)}]";

    private sealed class ItemsComparer : IEqualityComparer<ImmutableList<int>>
    {
        public bool Equals(ImmutableList<int>? x, ImmutableList<int>? y) => x!.SequenceEqual(y!);

        public int GetHashCode(ImmutableList<int> obj) => obj.Aggregate(0, HashCode.Combine);
    }
}

internal enum QueueVerb
{
    Add,
    TryAdd,
    Take,
    TryTake,
}

internal readonly record struct QueueCall(QueueVerb Verb, int Item);
