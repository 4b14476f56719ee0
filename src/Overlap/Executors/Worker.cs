namespace Overlap.Executors;

/// <summary>What a call can learn about the worker that runs it.</summary>
public static class Worker
{
    /// <summary>Gives what the current worker owns: the object that the executor's <c>WorkerState</c> made for it.</summary>
    /// <typeparam name="T">The type of the object.</typeparam>
    /// <remarks>
    /// Race: one call at a time uses a worker's state; it need not be thread-safe.
    /// Cost: a thread-local read on threads, an asynchronous-local read in asynchronous calls.
    /// </remarks>
    /// <exception cref="InvalidOperationException">No call of an executor with worker state is running here, or its state is of another type.</exception>
    public static T State<T>()
        where T : class
    {
        object state = (WorkerContext.Current ?? throw new InvalidOperationException(
            "No call of an executor with worker state is running here.")).State ?? throw new InvalidOperationException(
            "The executor that runs this call has no WorkerState.");
        return state as T ?? throw new InvalidOperationException(
            $"The worker's state is a {state.GetType().Name}, not a {typeof(T).Name}.");
    }

    /// <summary>
    /// Tells the executor that the other side refuses this call because it has had enough: an answer 429, a full queue. Where the number of
    /// workers adapts itself, it gives way. A call that throws what <c>IsOverload</c> of the settings knows need not tell.
    /// </summary>
    /// <param name="retryAfter">How long the other side asked to be left alone: no call starts before. Up to a minute is waited.</param>
    /// <remarks>
    /// Race: of the calls that ran together one report counts; those that started before the limit gave way say nothing about the new one.
    /// A worker process tells it with the result of the call. Does nothing where the number of workers is fixed, and outside of calls.
    /// </remarks>
    public static void ReportOverload(TimeSpan? retryAfter = null) => WorkerContext.Current?.Refuse(retryAfter);
}
