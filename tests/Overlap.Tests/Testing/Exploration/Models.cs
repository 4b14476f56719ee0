using System.Collections.Immutable;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Testing.Exploration;

/// <summary>An operation on something that items are put into and taken out of.</summary>
internal readonly record struct QueueOperation(bool IsPut, int Item)
{
    public static QueueOperation Take => default;

    public static QueueOperation Put(int item) => new(true, item);

    public override string ToString() => IsPut ? $"put {Item}" : "take";
}

/// <summary>A first-in-first-out queue; a take from an empty one returns 0.</summary>
internal sealed class QueueModel : LinearizableModel<ImmutableArray<int>, QueueOperation, int>
{
    public override ImmutableArray<int> InitialState => [];

    public override IEqualityComparer<ImmutableArray<int>> StateComparer { get; } = new SequenceComparer();

    public override bool TryApply(ImmutableArray<int> state, QueueOperation operation, Answer<int> answer, out ImmutableArray<int> next)
    {
        next = operation.IsPut ? state.Add(operation.Item) : state.IsEmpty ? state : state.RemoveAt(0);
        return answer.Is(operation.IsPut || state.IsEmpty ? 0 : state[0]);
    }

    public override string DescribeState(ImmutableArray<int> state) => $"[{string.Join(' ', state)}]";
}

/// <summary>A number that is written and read.</summary>
internal sealed class RegisterModel : LinearizableModel<int, int?, int>
{
    public override int InitialState => 0;

    public override bool TryApply(int state, int? operation, Answer<int> answer, out int next)
    {
        next = operation ?? state;
        return answer.Is(next);
    }

    public override string Describe(int? operation) => operation is null ? "read" : $"write {operation}";
}

/// <summary>A map from names to numbers, written and read a key at a time.</summary>
internal sealed class MapModel : LinearizableModel<int, (string Key, int? Write), int>
{
    public override int InitialState => 0;

    public override bool TryApply(int state, (string Key, int? Write) operation, Answer<int> answer, out int next)
    {
        next = operation.Write ?? state;
        return answer.Is(next);
    }

    public override object PartOf((string Key, int? Write) operation) => operation.Key;
}

internal sealed class SequenceComparer : IEqualityComparer<ImmutableArray<int>>
{
    public bool Equals(ImmutableArray<int> x, ImmutableArray<int> y) => x.AsSpan().SequenceEqual(y.AsSpan());

    public int GetHashCode(ImmutableArray<int> obj)
    {
        var hash = default(HashCode);
        foreach (int item in obj)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }
}
