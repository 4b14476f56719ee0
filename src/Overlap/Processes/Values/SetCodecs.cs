using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Overlap.Processes.Values;

// Collections in which each item is once, by a rule that travels with them.

/// <summary>Sets.</summary>
internal sealed class HashSetCodec<T>(ValueCodecs codecs) : CollectionCodec<HashSet<T>, T>(codecs)
{
    protected override bool HasRule => true;

    protected override byte RuleOf(HashSet<T> value) => KeyRules.Of(value.Comparer);

    protected override HashSet<T> Make(T[] items, byte rule) => new(items, KeyRules.Equality<T>(rule));
}

/// <summary>Interfaces of sets: a <see cref="HashSet{T}"/> arrives.</summary>
internal sealed class OpenSetCodec<TInterface, T>(ValueCodecs codecs) : CollectionCodec<TInterface, T>(codecs)
    where TInterface : class, IEnumerable<T>
{
    protected override bool IsExact => false;

    protected override bool HasRule => true;

    protected override byte RuleOf(TInterface value) => value switch
    {
        HashSet<T> set => KeyRules.Of(set.Comparer),
        ImmutableHashSet<T> set => KeyRules.Of(set.KeyComparer),
        FrozenSet<T> set => KeyRules.Of(set.Comparer),
        _ => 0,
    };

    protected override TInterface Make(T[] items, byte rule) => (TInterface)(object)new HashSet<T>(items, KeyRules.Equality<T>(rule));
}

/// <summary>Sets in order.</summary>
internal sealed class SortedSetCodec<T>(ValueCodecs codecs) : CollectionCodec<SortedSet<T>, T>(codecs)
{
    protected override bool HasRule => true;

    protected override byte RuleOf(SortedSet<T> value) => KeyRules.Of(value.Comparer);

    protected override SortedSet<T> Make(T[] items, byte rule) => new(items, KeyRules.Order<T>(rule));
}

/// <summary>Sets made for reading.</summary>
internal sealed class FrozenSetCodec<T>(ValueCodecs codecs) : CollectionCodec<FrozenSet<T>, T>(codecs)
{
    // The runtime's own derived types choose how to search; the other side chooses again.
    protected override bool IsExact => false;

    protected override bool HasRule => true;

    protected override byte RuleOf(FrozenSet<T> value) => KeyRules.Of(value.Comparer);

    protected override FrozenSet<T> Make(T[] items, byte rule) => items.ToFrozenSet(KeyRules.Equality<T>(rule));
}

/// <summary>Sets of which each change makes another.</summary>
internal sealed class ImmutableHashSetCodec<T>(ValueCodecs codecs) : CollectionCodec<ImmutableHashSet<T>, T>(codecs)
{
    protected override bool HasRule => true;

    protected override byte RuleOf(ImmutableHashSet<T> value) => KeyRules.Of(value.KeyComparer);

    protected override ImmutableHashSet<T> Make(T[] items, byte rule) => items.ToImmutableHashSet(KeyRules.Equality<T>(rule));
}

/// <summary>Sets in order of which each change makes another.</summary>
internal sealed class ImmutableSortedSetCodec<T>(ValueCodecs codecs) : CollectionCodec<ImmutableSortedSet<T>, T>(codecs)
{
    protected override bool HasRule => true;

    protected override byte RuleOf(ImmutableSortedSet<T> value) => KeyRules.Of(value.KeyComparer);

    protected override ImmutableSortedSet<T> Make(T[] items, byte rule) => items.ToImmutableSortedSet(KeyRules.Order<T>(rule));
}
