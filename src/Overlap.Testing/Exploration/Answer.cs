namespace Overlap.Testing.Exploration;

/// <summary>What a call of a <see cref="History{TOperation, TResult}"/> came to: a result, or nothing that is known.</summary>
public readonly struct Answer<TResult> : IEquatable<Answer<TResult>>
{
    private readonly TResult? _value;

    /// <summary>Makes the answer of a call that returned.</summary>
    /// <param name="value">Its result.</param>
    public Answer(TResult value)
    {
        _value = value;
        IsKnown = true;
    }

    /// <summary>Whether the call returned; <see langword="false"/>: it was given up, or had not returned when the history ended.</summary>
    public bool IsKnown { get; }

    /// <summary>The result.</summary>
    /// <exception cref="InvalidOperationException">It is not known.</exception>
    public TResult Value => IsKnown ? _value! : throw new InvalidOperationException("The call did not return: its result is not known. Ask Is(…).");

    /// <summary>Whether two answers are the same.</summary>
    public static bool operator ==(Answer<TResult> left, Answer<TResult> right) => left.Equals(right);

    /// <summary>Whether two answers are different.</summary>
    public static bool operator !=(Answer<TResult> left, Answer<TResult> right) => !left.Equals(right);

    /// <summary>Whether the call may have had this result: it had it, or what it had is not known.</summary>
    /// <param name="result">What the operation returns when it runs alone.</param>
    public bool Is(TResult result) => !IsKnown || EqualityComparer<TResult>.Default.Equals(_value, result);

    /// <inheritdoc/>
    public bool Equals(Answer<TResult> other) => IsKnown == other.IsKnown && EqualityComparer<TResult>.Default.Equals(_value, other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Answer<TResult> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsKnown, _value);

    /// <inheritdoc/>
    public override string ToString() => IsKnown ? $"{_value}" : "?";
}
