using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Sqlite;

/// <summary>That a consumer holds a message. What the state of its delivery is.</summary>
/// <param name="holder">Who.</param>
/// <param name="id">The message's row.</param>
/// <param name="claim">Which claim of it, so that an old delivery of the same message to the same consumer is not taken for a new one.</param>
/// <param name="lostBy">How many had lost it when it was claimed; what the row says again when it is given back.</param>
internal sealed class SqliteHold(SqliteConsumer holder, long id, long claim, long lostBy) : ILeaseProof
{
    private long _until;

    public SqliteConsumer Holder { get; } = holder;

    public long Id { get; } = id;

    public long Claim { get; } = claim;

    public long LostBy { get; } = lostBy;

    /// <summary>Until when the lease lasts, as the row says.</summary>
    public long Until
    {
        get => Volatile.Read(ref _until);
        set => Volatile.Write(ref _until, value);
    }

    /// <inheritdoc/>
    public bool IsCertain => Holder.IsCertain(this);

    /// <inheritdoc/>
    public ValueTask ProveAsync() => Holder.ProveAsync();

    /// <summary>Never disposed: it has neither timer nor wait handle, and who holds its token may use it at any time.</summary>
    public CancellationTokenSource LeaseLost { get; } = new();

    /// <summary>The call that the message is; <see langword="null"/>: none that can be read. Written before the delivery is given out.</summary>
    public string? CallId { get; set; }

    /// <summary>Whether the row is gone already, with the task's own writes. Guarded by the consumer's gate.</summary>
    public bool IsCompleted { get; set; }
}
