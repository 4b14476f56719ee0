using Overlap.Executors;

namespace Overlap.Tests.Synchronization.Sweep;

/// <summary>Calls that wait behind another call of an executor with one worker; they must run once or never.</summary>
internal static class ExecutorScenarios
{
    public static Dictionary<string, Func<WaitScenario>> All { get; } = new()
    {
        ["InlineExecutor.SubmitAsync"] = static () =>
        {
            // It runs a call on the thread that submits it, so a thread of the pool submits, and the call itself waits.
            InlineExecutor executor = new();
            TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return new WaitScenario(
                token => Task.Run(() => executor.SubmitAsync(async own => await source.Task.WaitAsync(own), token)), () => source.TrySetResult(), static () => "")
            { IsEndedByUnblocking = false, EndsAtOnce = false };
        },
        ["ThreadPoolExecutor.SubmitAsync"] = static () => Queued(new ThreadPoolExecutor(1), static (executor, run, token) => executor.SubmitAsync(run, token)),
        ["AsyncExecutor.SubmitAsync"] = static () => Queued(new AsyncExecutor(1), static (executor, run, token) => executor.SubmitAsync(run, token)),
        ["ExecutorExtensions.SubmitAsync"] = static () =>
            Queued(new ThreadPoolExecutor(1), static (executor, run, token) => executor.SubmitAsync(_ => run(), 1, token)),
        ["ExecutorExtensions.ForEachAsync"] = static () =>
            Queued(new ThreadPoolExecutor(1), static (executor, run, token) => executor.ForEachAsync((int[])[1], _ => run(), cancellationToken: token), isOneCall: false),
        ["ExecutorExtensions.MapAsync"] = static () => Queued(new ThreadPoolExecutor(1), static async (executor, run, token) =>
        {
            await foreach (int _ in executor.MapAsync((int[])[1], item => Count(run, item), cancellationToken: token))
            {
            }
        }, isOneCall: false),
        ["ExecutorExtensions.AsCompletedAsync"] = static () => Queued(new ThreadPoolExecutor(1), static async (executor, run, token) =>
        {
            await foreach (CompletedCall<int, int> _ in executor.AsCompletedAsync((int[])[1], item => Count(run, item), cancellationToken: token))
            {
            }
        }, isOneCall: false),
    };

    private static int Count(Action run, int item)
    {
        run();
        return item;
    }

    private static WaitScenario Queued(IExecutor executor, Func<IExecutor, Action, CancellationToken, Task> submit, bool isOneCall = true)
    {
        int runs = 0;
        TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task first = executor.SubmitAsync(() => source.Task);
        return new WaitScenario(
            async token =>
            {
                try
                {
                    await submit(executor, () => Interlocked.Increment(ref runs), token);
                }
                finally
                {
                    // Joined, so that what it may still do has been done when the state is looked at.
                    if (source.Task.IsCompleted)
                    {
                        await executor.DisposeAsync();
                    }
                }
            },
            () => source.TrySetResult(),
            () => State(Volatile.Read(ref runs), isOneCall),
            dispose: async () =>
            {
                source.TrySetResult();
                await first;
                await executor.DisposeAsync();
            })
        { IsEndedByUnblocking = false, EndsAtOnce = false };
    }

    // A map that was cancelled may have begun a call, which then runs to its end; it never begins it twice.
    private static string State(int runs, bool isOneCall) => isOneCall || runs > 1 ? $"{runs} runs" : "at most one run";
}
