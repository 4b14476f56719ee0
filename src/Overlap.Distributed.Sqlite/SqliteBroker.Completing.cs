using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Sqlite;

// A task's own writes and its completion, in one transaction.
public sealed partial class SqliteBroker
{
    /// <summary>
    /// Completes a call together with what its task writes to tables of its own in the same file: all of it is done, or nothing. So the effect of
    /// a task happens once, also when it runs twice: a call whose lease was lost writes nothing. For tasks; it is the last thing they do.
    /// </summary>
    /// <typeparam name="T">What the writes give.</typeparam>
    /// <param name="callId">The id of a call that a consumer of this broker holds: one that is acknowledged after it has run.</param>
    /// <param name="write">
    /// The task's own writes, over the connection of the queue, inside its transaction; the connection is not to be kept, nor the transaction
    /// ended. Meanwhile nobody else writes to the file: it does what must be done together, and no more. It may be called again if others beside
    /// it fail.
    /// </param>
    /// <param name="result">
    /// Makes the result of the call from what the writes give, which is stored with them; <see langword="null"/>: it is stored by the worker alone,
    /// and is missing if that dies in between.
    /// </param>
    /// <param name="cancellationToken">Gives up the wait; the writes may be done by then.</param>
    /// <returns>What <paramref name="write"/> gave. To acknowledge the delivery later, as a worker does, is right and changes nothing.</returns>
    /// <remarks>
    /// Order: after what was published before. Race: with the end of the lease exactly one wins. Memory: what was written is visible to whoever
    /// reads after this. Cost: a share in one wait for the disk.
    /// </remarks>
    /// <exception cref="BrokerException">
    /// The call is not held here, its lease was lost, or it was settled: nothing was written. Or the file cannot be written.
    /// </exception>
    public ValueTask<T> CompleteAsync<T>(
        string callId, Func<SqliteConnection, T> write, Func<T, WireValue>? result = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(callId);
        ArgumentNullException.ThrowIfNull(write);
        Check(cancellationToken);
        SqliteHold hold = FindHold(callId)
            ?? throw new BrokerException($"The call {callId} is not held by a consumer of {Address}.") { IsTransient = false };
        return CompleteAsync(hold, write, result is null ? null : given => Success(callId, result(given)), cancellationToken);
    }

    /// <summary>Completes a delivery together with writes of one's own: for whoever consumes without a worker.</summary>
    /// <param name="delivery">A delivery of this broker that is not settled.</param>
    /// <param name="write">The writes, as those of a task.</param>
    /// <param name="result">Makes the document of the result from what the writes give; <see langword="null"/>: none is stored.</param>
    /// <param name="cancellationToken">Gives up the wait; the writes may be done by then.</param>
    /// <inheritdoc cref="CompleteAsync{T}(string, Func{SqliteConnection, T}, Func{T, WireValue}?, CancellationToken)" path="/typeparam|/returns|/remarks|/exception"/>
    /// <exception cref="ArgumentException">The delivery is not of this broker.</exception>
    public ValueTask<T> CompleteAsync<T>(
        Delivery delivery, Func<SqliteConnection, T> write, Func<T, ResultDocument>? result = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(write);
        Check(cancellationToken);
        return delivery.State is SqliteHold hold && hold.Holder.IsOf(this)
            ? CompleteAsync(hold, write, result, cancellationToken)
            : throw new ArgumentException("It is no delivery of this broker.", nameof(delivery));
    }

    private SqliteHold? FindHold(string callId)
    {
        lock (_gate)
        {
            return _consumers.Select(consumer => consumer.FindHold(callId)).FirstOrDefault(static hold => hold is not null);
        }
    }

    private ResultDocument Success(string callId, WireValue result) => new()
    {
        TaskId = callId,
        State = TaskState.Success,
        StateName = "SUCCESS",
        Result = result,
        DoneAt = Store.Clock.GetUtcNow(),
    };

    private ValueTask<T> CompleteAsync<T>(
        SqliteHold hold, Func<SqliteConnection, T> write, Func<T, ResultDocument>? result, CancellationToken cancellationToken) =>
        CompleteAsync(hold, write, given => new SqliteCompletion(result?.Invoke(given)), cancellationToken);

    /// <summary>Completes a hold together with what a task writes, and with what is planned once it is known what that gave.</summary>
    internal async ValueTask<T> CompleteAsync<T>(
        SqliteHold hold, Func<SqliteConnection, T> write, Func<T, SqliteCompletion> plan, CancellationToken cancellationToken)
    {
        Task<Written<T>> completing = Store.WriteAsync(
            isDurable: true,
            (session, work) => Complete(session, work, hold, write, plan),
            done =>
            {
                hold.Holder.NoteCompleted(hold);
                done.Completion.Committed?.Invoke();
                if (done.Completion.Document is { } document)
                {
                    Store.Results.Tell(document, done.Version);
                }

                Store.Watch.Expect();
                Wake(done.Queues);
            });
        return (await AskAsync(completing).WaitAsync(cancellationToken).ConfigureAwait(false)).Given;
    }

    private Written<T> Complete<T>(
        SqliteSession session, SqliteWork work, SqliteHold hold, Func<SqliteConnection, T> write, Func<T, SqliteCompletion> plan)
    {
        // I6: what fails here undoes itself only, so that others of the same transaction go on.
        session.Execute("SAVEPOINT completion");
        try
        {
            if (!hold.Holder.TryComplete(session, hold))
            {
                throw new BrokerException($"A delivery of {Address} cannot be completed: it was completed or settled before, or its lease was lost.") { IsTransient = false };
            }

            T given = write(session.Connection);
            SqliteCompletion completion = plan(given);
            long version = completion.Document is { } document ? SqliteResults.Store(session, document, Store.Now, _options.ResultExpiry) ?? 0 : 0;
            HashSet<string> queues = Publish(session, [.. completion.Sequel.Select(static publication => StoredPublication.Of(publication))]);
            session.Execute("RELEASE completion");
            return new Written<T>(given, completion, version, queues);
        }
        catch (Exception failure)
        {
            // If the error has ended the transaction, there is no such savepoint: then this fails, and all of it is undone.
            session.Execute("ROLLBACK TO completion");
            session.Execute("RELEASE completion");
            work.Refusal = failure;
            return default;
        }
    }

    private readonly record struct Written<T>(T Given, SqliteCompletion Completion, long Version, HashSet<string> Queues);
}
