using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Overlap.Distributed.Protocol;

/// <summary>Values by name, in the order in which they were written. Does not change.</summary>
/// <remarks>Names are unique. Looking one up compares them in order when they are few, and hashes them when they are many.</remarks>
public sealed class WireMap : IReadOnlyList<KeyValuePair<string, WireValue>>, IEquatable<WireMap>
{
    private const int Few = 32;

    private readonly KeyValuePair<string, WireValue>[] _entries;
    private Dictionary<string, int>? _places;

    /// <summary>Makes a map.</summary>
    /// <param name="entries">Its entries.</param>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public WireMap(params IEnumerable<KeyValuePair<string, WireValue>> entries)
        : this([.. entries], isChecked: false)
    {
    }

    internal WireMap(KeyValuePair<string, WireValue>[] entries, bool isChecked)
    {
        _entries = entries;
        if (!isChecked && FindTwice() is { } twice)
        {
            throw new ArgumentException($"The name '{twice}' occurs twice.", nameof(entries));
        }
    }

    /// <summary>A map of nothing.</summary>
    public static WireMap Empty { get; } = new([], isChecked: true);

    /// <inheritdoc/>
    public int Count => _entries.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, WireValue> this[int index] => _entries[index];

    /// <summary>The value of a name; <see cref="WireValue.Null"/> if there is none.</summary>
    public WireValue this[string name] => TryGetValue(name, out WireValue value) ? value : default;

    /// <summary>Whether there is a value of a name, be it nothing.</summary>
    public bool ContainsKey(string name) => PlaceOf(name) >= 0;

    /// <summary>Gets the value of a name.</summary>
    public bool TryGetValue(string name, out WireValue value)
    {
        int place = PlaceOf(name);
        value = place < 0 ? default : _entries[place].Value;
        return place >= 0;
    }

    /// <summary>Gives a map in which a name has another value; a new name comes last.</summary>
    public WireMap With(string name, WireValue value)
    {
        int place = PlaceOf(name);
        KeyValuePair<string, WireValue>[] entries = new KeyValuePair<string, WireValue>[place < 0 ? Count + 1 : Count];
        _entries.CopyTo(entries, 0);
        entries[place < 0 ? Count : place] = new(name, value);
        return new WireMap(entries, isChecked: true);
    }

    /// <summary>Gives a map without a name.</summary>
    public WireMap Without(string name) =>
        PlaceOf(name) < 0 ? this : new WireMap([.. _entries.Where(entry => entry.Key != name)], isChecked: true);

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] WireMap? other) =>
        other is not null && _entries.AsSpan().SequenceEqual(other._entries);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as WireMap);

    /// <inheritdoc/>
    public override int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, _entries[0].Key);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, WireValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, WireValue>>)_entries).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal ReadOnlySpan<KeyValuePair<string, WireValue>> AsSpan() => _entries;

    private int PlaceOf(string name)
    {
        if (Count <= Few)
        {
            for (int place = 0; place < _entries.Length; place++)
            {
                if (_entries[place].Key == name)
                {
                    return place;
                }
            }

            return -1;
        }

        // Two threads may both make it: they make the same.
        Dictionary<string, int> places = Volatile.Read(ref _places) ?? MakePlaces();
        return places.TryGetValue(name, out int found) ? found : -1;
    }

    private Dictionary<string, int> MakePlaces()
    {
        Dictionary<string, int> places = new(Count, StringComparer.Ordinal);
        for (int place = 0; place < _entries.Length; place++)
        {
            places.Add(_entries[place].Key, place);
        }

        Volatile.Write(ref _places, places);
        return places;
    }

    private string? FindTwice()
    {
        HashSet<string> seen = new(Count, StringComparer.Ordinal);
        foreach (KeyValuePair<string, WireValue> entry in _entries)
        {
            if (!seen.Add(entry.Key))
            {
                return entry.Key;
            }
        }

        return null;
    }
}
