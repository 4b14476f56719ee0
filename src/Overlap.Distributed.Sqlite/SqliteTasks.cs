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
    /// Completes the running call together with its own writes to the same file, its result, and the calls that follow it: all of it is done, or
    /// nothing. So its effect happens once, also when the call runs twice. It is the last thing a task does: what it gives is the result, whatever the
    /// task returns or throws afterwards.
    /// </summary>
    /// <typeparam name="T">What the writes give: the result.</typeparam>
    /// <param name="context">The running call.</param>
    /// <param name="broker">The broker of the worker that runs it.</param>
    /// <param name="write">
    /// The writes, inside the transaction of the queue; see <see cref="SqliteBroker.CompleteAsync{T}(Delivery, Func{SqliteConnection, T}, Func{T, ResultDocument}?, CancellationToken)"/>.
    /// </param>
    /// <param name="cancellationToken">Gives up before it begins; what has begun is waited for.</param>
    /// <remarks>
    /// Order: after what was published before. Race: with the end of the lease exactly one wins; who loses has written nothing, and his run ends
    /// without a result. Memory: what was written is visible to whoever reads after this. Cost: a share in one wait for the disk.
    /// </remarks>
    /// <exception cref="InvalidOperationException">
    /// The call has completed before, runs in a process of its own, or its message was acknowledged before it ran: nothing was written.
    /// </exception>
    /// <exception cref="ArgumentException">The call is not of this broker.</exception>
    /// <exception cref="BrokerException">
    /// The file cannot be written, what follows the call goes nowhere, or the message was given to another: nothing was written; let it pass.
    /// </exception>
    public static async ValueTask<T> CompleteAsync<T>(
        this TaskContext context, SqliteBroker broker, Func<SqliteConnection, T> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(write);
        cancellationToken.ThrowIfCancellationRequested();
        WorkItem item = context.Reporter is WorkItem { IsAcknowledged: false } running
            ? running
            : throw new InvalidOperationException($"{context.TaskName} runs in a process of its own, or was acknowledged before it ran: there is no message left to complete.");
        if (item.Completed is not null)
        {
            throw new InvalidOperationException($"{context.TaskName} has completed already, and nothing was written: to complete is the last thing a task does.");
        }

        SqliteHold hold = item.Delivery.State is SqliteHold known && known.Holder.IsOf(broker)
            ? known
            : throw new ArgumentException("The call did not come from this broker.", nameof(broker));
        try
        {
            // Not given up half-way: who does not know whether it is done must not say how the call has ended.
            return await broker.CompleteAsync(hold, write, given => Plan(item, context, given), CancellationToken.None).ConfigureAwait(false);
        }
        catch (BrokerException exception) when (!exception.IsTransient && item.Delivery.LeaseLost.IsCancellationRequested)
        {
            throw new LeaseLostException(exception.Message, exception);
        }
    }

    private static SqliteCompletion Plan<T>(WorkItem item, TaskContext context, T given)
    {
        WireValue result = context.Converter.Write(given);
        SequelCalls sequel = item.Runner.SequelOfSuccess(item.Message, result);
        ResultDocument? document = item.IgnoresResult
            ? null
            : Documents.Success(item.Message, result, context.TimeProvider.GetUtcNow()) with { Children = sequel.Children };
        return new SqliteCompletion(document) { Sequel = sequel.Publications, Committed = () => item.Completed = new CompletedCall(result, sequel) };
    }
}
