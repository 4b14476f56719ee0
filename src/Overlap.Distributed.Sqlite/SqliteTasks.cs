using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Sqlite;

/// <summary>What a task can do with the file that its queue is in.</summary>
public static class SqliteTasks
{
    /// <summary>
    /// Completes the running call together with its own writes to the same file: all of it is done, or nothing. So its effect happens once, also when
    /// the call runs twice. It is the last thing a task does, and what it gives is what the task returns.
    /// </summary>
    /// <typeparam name="T">What the writes give: the result.</typeparam>
    /// <param name="context">The running call.</param>
    /// <param name="broker">The broker of the worker that runs it.</param>
    /// <param name="write">
    /// The writes, inside the transaction of the queue; see <see cref="SqliteBroker.CompleteAsync{T}(Delivery, Func{SqliteConnection, T}, Func{T, ResultDocument}?, CancellationToken)"/>.
    /// </param>
    /// <param name="cancellationToken">Gives up the wait; the writes may be done by then.</param>
    /// <remarks>
    /// Order: after what was published before. Race: with the end of the lease exactly one wins; who loses has written nothing, and his run ends
    /// without a result. Memory: what was written is visible to whoever reads after this. Cost: a share in one wait for the disk.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The call runs in a process of its own, or its message was acknowledged before it ran.</exception>
    /// <exception cref="ArgumentException">The call is not of this broker.</exception>
    /// <exception cref="BrokerException">The file cannot be written, or the message was given to another: let it pass.</exception>
    public static async ValueTask<T> CompleteAsync<T>(
        this TaskContext context, SqliteBroker broker, Func<SqliteConnection, T> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(write);
        Delivery delivery = context.Delivery as Delivery
            ?? throw new InvalidOperationException($"{context.TaskName} runs in a process of its own, or was acknowledged before it ran: there is no message left to complete.");
        Func<T, ResultDocument>? result = context.Message.IgnoresResult
            ? null
            : given => Documents.Success(context.Message, context.Converter.Write(given), context.TimeProvider.GetUtcNow());
        try
        {
            return await broker.CompleteAsync(delivery, write, result, cancellationToken).ConfigureAwait(false);
        }
        catch (BrokerException exception) when (!exception.IsTransient && delivery.LeaseLost.IsCancellationRequested)
        {
            throw new LeaseLostException(exception.Message, exception);
        }
    }
}
