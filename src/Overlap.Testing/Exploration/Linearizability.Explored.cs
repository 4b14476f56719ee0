namespace Overlap.Testing.Exploration;

public static partial class Linearizability
{
    /// <summary>Judges a history when an explored program has ended; each schedule has its own.</summary>
    /// <param name="explorer">The explorer of the program.</param>
    /// <param name="history">A history that this run of the program made.</param>
    /// <param name="model">What the object does when its operations run one after the other.</param>
    /// <param name="patience">As for a history of real calls; a schedule whose history takes longer fails with <see cref="TimeoutException"/>.</param>
    public static void CheckAtEnd<TState, TOperation, TResult>(
        Explorer explorer, History<TOperation, TResult> history, LinearizableModel<TState, TOperation, TResult> model, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(explorer);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(model);
        explorer.AtEnd(() => Check(history, model, patience).ThrowIfNotLinearizable());
    }

    /// <summary>Makes an explored program of declared operations: each list runs on a lane of its own, and the results are judged at the end.</summary>
    /// <param name="explorer">The explorer of the program.</param>
    /// <param name="model">What the object does when its operations run one after the other.</param>
    /// <param name="perform">Calls one operation of the object; one that throws <see cref="OperationCanceledException"/> must have had no effect.</param>
    /// <param name="lanes">The operations: one list for each lane.</param>
    /// <returns>Completes when all lanes have ended.</returns>
    public static Task RunAsync<TState, TOperation, TResult>(
        TaskExplorer explorer,
        LinearizableModel<TState, TOperation, TResult> model,
        Func<TOperation, Task<TResult>> perform,
        params IReadOnlyList<IReadOnlyList<TOperation>> lanes)
    {
        ArgumentNullException.ThrowIfNull(explorer);
        ArgumentNullException.ThrowIfNull(perform);
        ArgumentNullException.ThrowIfNull(lanes);
        History<TOperation, TResult> history = new();
        CheckAtEnd(explorer, history, model);
        return Task.WhenAll([.. lanes.Select((operations, lane) => explorer.Spawn(Name(lane), () => RunLaneAsync(history, Name(lane), operations, perform)))]);
    }

    /// <summary>As the other one, with threads.</summary>
    /// <inheritdoc cref="RunAsync" path="/param"/>
    public static void Run<TState, TOperation, TResult>(
        ThreadExplorer explorer,
        LinearizableModel<TState, TOperation, TResult> model,
        Func<TOperation, TResult> perform,
        params IReadOnlyList<IReadOnlyList<TOperation>> lanes)
    {
        ArgumentNullException.ThrowIfNull(explorer);
        ArgumentNullException.ThrowIfNull(perform);
        ArgumentNullException.ThrowIfNull(lanes);
        History<TOperation, TResult> history = new();
        CheckAtEnd(explorer, history, model);
        for (int lane = 0; lane < lanes.Count; lane++)
        {
            string name = Name(lane);
            IReadOnlyList<TOperation> operations = lanes[lane];
            explorer.Spawn(name, () =>
            {
                foreach (TOperation operation in operations)
                {
                    HistoryCall<TOperation, TResult> call = history.Invoke(name, operation);
                    try
                    {
                        call.Return(perform(operation));
                    }
                    catch (OperationCanceledException)
                    {
                        call.Withdraw();
                    }
                }
            });
        }
    }

    // The awaits stay on the explorer's context: its lanes are what it schedules.
    private static async Task RunLaneAsync<TOperation, TResult>(
        History<TOperation, TResult> history, string name, IReadOnlyList<TOperation> operations, Func<TOperation, Task<TResult>> perform)
    {
        foreach (TOperation operation in operations)
        {
            HistoryCall<TOperation, TResult> call = history.Invoke(name, operation);
            try
            {
                call.Return(await perform(operation).ConfigureAwait(true));
            }
            catch (OperationCanceledException)
            {
                call.Withdraw();
            }
        }
    }

    private static string Name(int lane) => lane < 26 ? $"{(char)('a' + lane)}" : $"lane {lane}";
}
