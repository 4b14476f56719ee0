using Overlap.Waiting;

namespace Overlap.Futures;

/// <summary>Waits for several tasks at once, in the two ways that <see cref="Task"/> itself does not offer.</summary>
/// <remarks>A wait never cancels a task, and never throws what a task threw: look at the tasks that it gives back.</remarks>
public static class TaskSet
{
    /// <summary>Waits until the first, the first failed, or all of the tasks have ended.</summary>
    /// <typeparam name="TTask">The type of the tasks.</typeparam>
    /// <param name="tasks">The tasks; one that is given twice counts once. With none the wait ends at once.</param>
    /// <param name="mode">When the wait ends.</param>
    /// <param name="cancellationToken">Gives up the wait, not the tasks; if already cancelled it wins over tasks that have ended.</param>
    /// <returns>The tasks that have ended and those that have not.</returns>
    /// <remarks>
    /// Order: both lists keep the order of <paramref name="tasks"/>.
    /// Race: if the wait ends and is cancelled at the same time, exactly one wins; the tasks are read once, after the wait has ended.
    /// Memory: what an ended task wrote is visible to whoever gets the result.
    /// Cost: no wait and no continuation when the tasks satisfy the mode already; else one continuation for each unfinished task, all
    /// taken off again when the wait ends: long-lived tasks may be waited for again and again.
    /// </remarks>
    /// <exception cref="ArgumentException">One of the tasks is <see langword="null"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the tasks go on.</exception>
    public static Task<WaitResult<TTask>> WaitAsync<TTask>(
        this IEnumerable<TTask> tasks, WaitMode mode = WaitMode.All, CancellationToken cancellationToken = default)
        where TTask : Task
    {
        if (mode is not (WaitMode.All or WaitMode.FirstCompleted or WaitMode.FirstException))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "No such mode.");
        }

        List<TTask> distinct = Distinct(tasks);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<WaitResult<TTask>>(cancellationToken)
            : WaitForAsync(distinct, mode, cancellationToken);
    }

    /// <summary>Gives the tasks as they end, until a deadline.</summary>
    /// <typeparam name="TTask">The type of the tasks.</typeparam>
    /// <param name="tasks">The tasks; one that is given twice comes once. Read when this is called.</param>
    /// <param name="options">The deadline. Without one there is <see cref="Task.WhenEach(IEnumerable{Task})"/>.</param>
    /// <param name="cancellationToken">Ends the enumeration, not the tasks; it wins over tasks that have ended.</param>
    /// <remarks>
    /// Order: as the tasks end; those that have ended already in the order of <paramref name="tasks"/>.
    /// Race: a task that has ended by the time it is asked for is given, also after the deadline; only a wait is cut short.
    /// Memory: what an ended task wrote is visible to whoever gets it.
    /// Cost: that of <see cref="Task.WhenEach(IEnumerable{Task})"/>, an entry in a hash set for each task, and one timer. As there, an
    /// enumeration that is left early keeps a continuation on each unfinished task until that task ends.
    /// </remarks>
    /// <exception cref="ArgumentException">One of the tasks is <see langword="null"/>.</exception>
    /// <exception cref="TimeoutException">The deadline passed; the message says how many of how many tasks had not ended.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the tasks go on.</exception>
    public static IAsyncEnumerable<TTask> AsCompleted<TTask>(
        this IEnumerable<TTask> tasks, AsCompletedOptions options, CancellationToken cancellationToken = default)
        where TTask : Task
    {
        ArgumentNullException.ThrowIfNull(options);
        return new CompletedTasks<TTask>(Distinct(tasks), options, cancellationToken);
    }

    private static async Task<WaitResult<TTask>> WaitForAsync<TTask>(List<TTask> tasks, WaitMode mode, CancellationToken cancellationToken)
        where TTask : Task
    {
        await new TaskSetWait(mode).WaitAsync(tasks, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
        var done = new List<TTask>(tasks.Count);
        var notDone = new List<TTask>();
        foreach (TTask task in tasks)
        {
            (task.IsCompleted ? done : notDone).Add(task);
        }

        return new WaitResult<TTask>(done, notDone);
    }

    private static List<TTask> Distinct<TTask>(IEnumerable<TTask> tasks)
        where TTask : Task
    {
        ArgumentNullException.ThrowIfNull(tasks);
        int count = tasks.TryGetNonEnumeratedCount(out int known) ? known : 0;
        var distinct = new List<TTask>(count);
        var seen = new HashSet<Task>(count, ReferenceEqualityComparer.Instance);
        foreach (TTask task in tasks)
        {
            if (task is null)
            {
                throw new ArgumentException("One of the tasks is null.", nameof(tasks));
            }

            if (seen.Add(task))
            {
                distinct.Add(task);
            }
        }

        return distinct;
    }
}
