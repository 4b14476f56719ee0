namespace Overlap.Testing.Exploration.Histories;

/// <summary>A set of calls by their numbers. Immutable; up to 64 calls need no array.</summary>
internal readonly struct CallSet : IEquatable<CallSet>
{
    private const int Bits = 64;

    private readonly ulong _first;
    private readonly ulong[]? _more;

    /// <summary>The empty set.</summary>
    /// <param name="count">How many calls there are.</param>
    public CallSet(int count) => _more = count > Bits ? new ulong[(count - 1) / Bits] : null;

    private CallSet(ulong first, ulong[]? more)
    {
        _first = first;
        _more = more;
    }

    public CallSet With(int call) => Flipped(call);

    public CallSet Without(int call) => Flipped(call);

    public bool Equals(CallSet other) => _first == other._first && _more.AsSpan().SequenceEqual(other._more);

    public override bool Equals(object? obj) => obj is CallSet other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(_first);
        foreach (ulong word in _more.AsSpan())
        {
            hash.Add(word);
        }

        return hash.ToHashCode();
    }

    private CallSet Flipped(int call)
    {
        if (call < Bits)
        {
            return new CallSet(_first ^ (1UL << call), _more);
        }

        ulong[] more = [.. _more!];
        more[(call / Bits) - 1] ^= 1UL << (call % Bits);
        return new CallSet(_first, more);
    }
}
