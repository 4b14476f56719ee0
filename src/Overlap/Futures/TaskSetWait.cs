using Overlap.Waiting;

namespace Overlap.Futures;

/// <summary>One wait for several tasks; it takes its continuations off the unfinished ones when it ends.</summary>
internal sealed class TaskSetWait(WaitMode mode) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private int _unfinished;

    public async Task WaitAsync<TTask>(List<TTask> tasks, CancellationToken cancellationToken)
        where TTask : Task
    {
        List<TTask> unfinished = tasks.FindAll(static task => !task.IsCompleted);
        if (unfinished.Count == 0
            || (mode == WaitMode.FirstCompleted && unfinished.Count < tasks.Count)
            || (mode == WaitMode.FirstException && tasks.Exists(static task => task.IsFaulted)))
        {
            return;
        }

        _unfinished = unfinished.Count;

        // Cancelling the token of a continuation takes it off its task: nothing else in .NET does. Without it a loop that waits for the
        // next of some long-lived tasks would leave one more continuation on each of them with every turn.
        using var over = new CancellationTokenSource();
        try
        {
            foreach (TTask task in unfinished)
            {
                _ = task.ContinueWith(
                    static (ended, self) => ((TaskSetWait)self!).OnEnded(ended),
                    this,
                    over.Token,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
                if (Task.IsCompleted)
                {
                    break;
                }
            }

            using (cancellationToken.UnsafeRegister(
                static (self, token) => ((TaskSetWait)self!).TrySetCanceled(token), this))
            {
                await Task.ConfigureAwait(Interleaver.KeepsContext);
            }
        }
        finally
        {
            // No user code is registered on this token, so it cannot throw and need not be awaited.
            over.Cancel();
        }
    }

    private void OnEnded(Task task)
    {
        if (Interlocked.Decrement(ref _unfinished) == 0
            || mode == WaitMode.FirstCompleted
            || (mode == WaitMode.FirstException && task.IsFaulted))
        {
            TrySetResult();
        }
    }
}
