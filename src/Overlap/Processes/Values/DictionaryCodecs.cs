using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Overlap.Processes.Values;

// Collections that find values by keys, by a rule that travels with them.

/// <summary>Dictionaries.</summary>
internal sealed class DictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : CollectionCodec<Dictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(codecs)
    where TKey : notnull
{
    protected override bool HasRule => true;

    protected override byte RuleOf(Dictionary<TKey, TValue> value) => KeyRules.Of(value.Comparer);

    protected override Dictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] items, byte rule) => new(items, KeyRules.Equality<TKey>(rule));
}

/// <summary>Interfaces of dictionaries: a <see cref="Dictionary{TKey, TValue}"/> arrives.</summary>
internal sealed class OpenDictionaryCodec<TInterface, TKey, TValue>(ValueCodecs codecs)
    : CollectionCodec<TInterface, KeyValuePair<TKey, TValue>>(codecs)
    where TInterface : class, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    protected override bool IsExact => false;

    protected override bool HasRule => true;

    protected override byte RuleOf(TInterface value) => value switch
    {
        Dictionary<TKey, TValue> dictionary => KeyRules.Of(dictionary.Comparer),
        ImmutableDictionary<TKey, TValue> dictionary => KeyRules.Of(dictionary.KeyComparer),
        FrozenDictionary<TKey, TValue> dictionary => KeyRules.Of(dictionary.Comparer),
        _ => 0,
    };

    protected override TInterface Make(KeyValuePair<TKey, TValue>[] items, byte rule) =>
        (TInterface)(object)new Dictionary<TKey, TValue>(items, KeyRules.Equality<TKey>(rule));
}

/// <summary>Dictionaries in order of their keys.</summary>
internal sealed class SortedDictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : CollectionCodec<SortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(codecs)
    where TKey : notnull
{
    protected override bool HasRule => true;

    protected override byte RuleOf(SortedDictionary<TKey, TValue> value) => KeyRules.Of(value.Comparer);

    protected override SortedDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] items, byte rule)
    {
        SortedDictionary<TKey, TValue> dictionary = new(KeyRules.Order<TKey>(rule));
        foreach ((TKey key, TValue value) in items)
        {
            dictionary.Add(key, value);
        }

        return dictionary;
    }
}

/// <summary>Dictionaries in order of their keys, kept in arrays.</summary>
internal sealed class SortedListCodec<TKey, TValue>(ValueCodecs codecs)
    : CollectionCodec<SortedList<TKey, TValue>, KeyValuePair<TKey, TValue>>(codecs)
    where TKey : notnull
{
    protected override bool HasRule => true;

    protected override byte RuleOf(SortedList<TKey, TValue> value) => KeyRules.Of(value.Comparer);

    // Not Add(): bytes with all keys in falling order would make each one move all before it.
    protected override SortedList<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] items, byte rule) =>
        new(new Dictionary<TKey, TValue>(items), KeyRules.Order<TKey>(rule));
}

/// <summary>Dictionaries made for reading.</summary>
internal sealed class FrozenDictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : CollectionCodec<FrozenDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(codecs)
    where TKey : notnull
{
    // The runtime's own derived types choose how to search; the other side chooses again.
    protected override bool IsExact => false;

    protected override bool HasRule => true;

    protected override byte RuleOf(FrozenDictionary<TKey, TValue> value) => KeyRules.Of(value.Comparer);

    protected override FrozenDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] items, byte rule) =>
        items.ToFrozenDictionary(KeyRules.Equality<TKey>(rule));
}

/// <summary>Dictionaries of which each change makes another.</summary>
internal sealed class ImmutableDictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : CollectionCodec<ImmutableDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(codecs)
    where TKey : notnull
{
    protected override bool HasRule => true;

    protected override byte RuleOf(ImmutableDictionary<TKey, TValue> value)
    {
        ValueRule.RequireDefault(value.ValueComparer);
        return KeyRules.Of(value.KeyComparer);
    }

    protected override ImmutableDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] items, byte rule) =>
        items.ToImmutableDictionary(KeyRules.Equality<TKey>(rule));
}

/// <summary>Dictionaries in order of their keys of which each change makes another.</summary>
internal sealed class ImmutableSortedDictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : CollectionCodec<ImmutableSortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(codecs)
    where TKey : notnull
{
    protected override bool HasRule => true;

    protected override byte RuleOf(ImmutableSortedDictionary<TKey, TValue> value)
    {
        ValueRule.RequireDefault(value.ValueComparer);
        return KeyRules.Of(value.KeyComparer);
    }

    protected override ImmutableSortedDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] items, byte rule) =>
        items.ToImmutableSortedDictionary(KeyRules.Order<TKey>(rule));
}

/// <summary>Immutable dictionaries also compare values, by a rule that does not travel.</summary>
internal static class ValueRule
{
    public static void RequireDefault<T>(IEqualityComparer<T> comparer)
    {
        if (KeyRules.Of(comparer) != 0)
        {
            throw new NotPortableException("An immutable dictionary with a comparer of values cannot travel to another process. Use the default one.");
        }
    }
}
