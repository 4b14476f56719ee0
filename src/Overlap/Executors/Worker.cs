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
}
