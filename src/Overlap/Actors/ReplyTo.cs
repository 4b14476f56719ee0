namespace Overlap.Actors;

/// <summary>The handle by which an ask is answered; part of the message, and may be kept or passed on with it.</summary>
/// <typeparam name="TReply">The type of the reply.</typeparam>
/// <remarks>
/// Order: none. Race: the first answer wins, against others, the deadline and a cancellation; what comes later is a dead letter.
/// Memory: what was written before the answer is visible to who asked. Cost: no allocation; the default value answers nobody.
/// </remarks>
public readonly struct ReplyTo<TReply> : IEquatable<ReplyTo<TReply>>
{
    private readonly PendingAsk<TReply>? _ask;
    private readonly ActorCell? _target;
    private readonly long _ticket;

    internal ReplyTo(PendingAsk<TReply> ask, ActorCell target, long ticket)
    {
        _ask = ask;
        _target = target;
        _ticket = ticket;
    }

    /// <summary>Whether two handles are of the same ask.</summary>
    public static bool operator ==(ReplyTo<TReply> left, ReplyTo<TReply> right) => left.Equals(right);

    /// <summary>Whether two handles are of different asks.</summary>
    public static bool operator !=(ReplyTo<TReply> left, ReplyTo<TReply> right) => !left.Equals(right);

    /// <summary>Answers.</summary>
    /// <param name="reply">The reply.</param>
    /// <returns>Whether it was the first answer and came in time; else it is a dead letter.</returns>
    public bool Send(TReply reply) => _ask?.TryComplete(_ticket, reply) == true || Bury(reply);

    /// <summary>Answers with an exception, which the ask throws.</summary>
    /// <param name="error">The exception.</param>
    /// <returns>Whether it was the first answer and came in time; else it is a dead letter.</returns>
    public bool Fail(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return _ask?.TryFail(_ticket, error) == true || Bury(error);
    }

    /// <inheritdoc/>
    public bool Equals(ReplyTo<TReply> other) => _ask == other._ask && _ticket == other._ticket;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ReplyTo<TReply> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_ask, _ticket);

    /// <inheritdoc/>
    public override string ToString() => $"reply to {_target?.Path ?? "nobody"}";

    private bool Bury(object? answer)
    {
        _target?.System.OnDeadLetter(new DeadLetter(_target.Path, answer, DeadLetterReason.LateReply));
        return false;
    }
}
