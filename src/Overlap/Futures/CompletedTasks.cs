using System.Globalization;
using Overlap.Waiting;

namespace Overlap.Futures;

/// <summary>The tasks of one <see cref="TaskSet.AsCompleted"/>, on top of the runtime's own <c>WhenEach</c>.</summary>
/// <remarks>
/// The deadline and the cancellation are one more task in the set, the last one. So they cost nothing per task, and the order in which
/// things ended is the order in which they come out. Tasks that have ended already need no watching: that makes them cheap.
/// </remarks>
internal sealed class CompletedTasks<TTask>(List<TTask> tasks, AsCompletedOptions options, CancellationToken callToken) : IAsyncEnumerable<TTask>
    where TTask : Task
{
    private readonly long _start = options.TimeProvider.GetTimestamp();

    public async IAsyncEnumerator<TTask> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        callToken.ThrowIfCancellationRequested();
        cancellationToken.ThrowIfCancellationRequested();
        var stop = new TaskCompletionSource();
        using CancellationTokenRegistration ofCall = callToken.UnsafeRegister(Stop, stop);
        using CancellationTokenRegistration ofEnumeration = cancellationToken.UnsafeRegister(Stop, stop);
        using ITimer? timer = StartTimer(stop);

        var ready = new List<TTask>(tasks.Count);
        var unfinished = new List<Task>();
        foreach (TTask task in tasks)
        {
            if (task.IsCompleted)
            {
                ready.Add(task);
            }
            else
            {
                unfinished.Add(task);
            }
        }

        // Watches from here on, not from the first wait. Never disposed: it holds nothing, and it must not be disposed while a wait that
        // was cut short is under way.
        IAsyncEnumerator<Task> ended = Task.WhenEach([.. unfinished, stop.Task]).GetAsyncEnumerator(CancellationToken.None);
        foreach (TTask task in ready)
        {
            callToken.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            yield return task;
        }

        bool isStopped = false;
        for (int left = unfinished.Count; left > 0;)
        {
            ValueTask<bool> next = ended.MoveNextAsync();
            if (isStopped && !next.IsCompleted)
            {
                throw new TimeoutException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{left} of {tasks.Count} tasks had not ended when the deadline of {options.Deadline.TotalSeconds:0.###} s passed."));
            }

            await next.ConfigureAwait(Interleaver.KeepsContext);
            callToken.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            if (ended.Current == stop.Task)
            {
                isStopped = true;
                continue;
            }

            left--;
            yield return (TTask)ended.Current;
        }
    }

    private static void Stop(object? stop) => ((TaskCompletionSource)stop!).TrySetResult();

    private ITimer? StartTimer(TaskCompletionSource stop)
    {
        if (options.Deadline == Timeout.InfiniteTimeSpan)
        {
            return null;
        }

        TimeSpan left = options.Deadline - options.TimeProvider.GetElapsedTime(_start);
        if (left > TimeSpan.Zero)
        {
            return options.TimeProvider.CreateTimer(Stop, stop, left, Timeout.InfiniteTimeSpan);
        }

        Stop(stop);
        return null;
    }
}
