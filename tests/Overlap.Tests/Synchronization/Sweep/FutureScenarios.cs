using Overlap.Futures;

namespace Overlap.Tests.Synchronization.Sweep;

/// <summary>The waits for tasks. They change nothing that could be seen afterwards: what is looked at is how they end.</summary>
internal static class FutureScenarios
{
    public static Dictionary<string, Func<WaitScenario>> All { get; } = new()
    {
        ["TaskSet.WaitAsync(IEnumerable<TTask>, WaitMode, CancellationToken)"] = static () =>
            Of(static (task, token) => ((IEnumerable<Task>)[task]).WaitAsync(WaitMode.All, token)),
        ["TaskSet.AsCompleted(IEnumerable<TTask>, AsCompletedOptions, CancellationToken)"] = static () =>
            Of(static async (task, token) =>
            {
                await foreach (Task _ in ((IEnumerable<Task>)[task]).AsCompleted(new AsCompletedOptions { Deadline = Timeout.InfiniteTimeSpan }, token))
                {
                }
            }),
        ["TaskGroup.RunAsync(Func<TaskGroup, Task>, TaskGroupOptions, CancellationToken)"] = static () =>
            Of(static (task, token) => TaskGroup.RunAsync(group => group.Run(task.WaitAsync), cancellationToken: token)),
        ["TaskGroup.RunAsync(Func<TaskGroup, Task<T>>, TaskGroupOptions, CancellationToken)"] = static () =>
            Of(static (task, token) => TaskGroup.RunAsync(
                async group =>
                {
                    await group.Run(task.WaitAsync);
                    return 1;
                },
                cancellationToken: token)),
        ["TaskGroup.AnyAsync(IEnumerable<Func<CancellationToken, Task<T>>>, TaskGroupOptions, CancellationToken)"] = static () =>
            Of(static (task, token) => TaskGroup.AnyAsync(
                [
                    async own =>
                    {
                        await task.WaitAsync(own);
                        return 1;
                    },
                ],
                cancellationToken: token)),
    };

    private static WaitScenario Of(Func<Task, CancellationToken, Task> wait)
    {
        TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return new WaitScenario(token => wait(source.Task, token), () => source.TrySetResult(), static () => "") { IsEndedByUnblocking = false, EndsAtOnce = false };
    }
}
