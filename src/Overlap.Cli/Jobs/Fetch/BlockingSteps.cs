namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Takes the results of steps that were made with a blocking client.</summary>
internal static class BlockingSteps
{
    /// <summary>Gives the result of a step that is complete.</summary>
    /// <exception cref="InvalidOperationException">The step went asynchronous: a fault in the engine, never waited for in silence.</exception>
    public static T Completed<T>(this ValueTask<T> step) => step.IsCompleted
        ? step.GetAwaiter().GetResult()
        : throw new InvalidOperationException("A step of a blocking transfer did not complete on the thread that began it.");
}
