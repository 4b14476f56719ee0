using Overlap.Adaptation;
using Overlap.Contracts;
using Overlap.Executors;

namespace Overlap.Tests.Executors;

/// <summary>Makes the executors that run calls in the caller's process, for each contract that they keep.</summary>
internal static class ExecutorsUnderTest
{
    public static IExecutor Inline(ExecutorSetup setup) =>
        new InlineExecutor(new InlineExecutorOptions { WorkerState = setup.WorkerState, Recorder = setup.Recorder });

    public static ThreadPoolExecutor Threads(ExecutorSetup setup) => new(new ThreadPoolExecutorOptions
    {
        MaxWorkers = setup.MaxWorkers,
        WorkerState = setup.WorkerState,
        Recorder = setup.Recorder,
    });

    public static IExecutor Async(ExecutorSetup setup) => new AsyncExecutor(new AsyncExecutorOptions
    {
        MaxWorkers = setup.MaxWorkers,
        WorkerState = setup.WorkerState,
        Recorder = setup.Recorder,
    });

    /// <summary>Adapts itself between the same two bounds: all that is different is on, and the number stays.</summary>
    public static IExecutor AdaptiveThreads(ExecutorSetup setup) => new ThreadPoolExecutor(new ThreadPoolExecutorOptions
    {
        Adaptive = Exactly(setup.MaxWorkers),
        WorkerState = setup.WorkerState,
        Recorder = setup.Recorder,
    });

    public static IExecutor AdaptiveAsync(ExecutorSetup setup) => new AsyncExecutor(new AsyncExecutorOptions
    {
        Adaptive = Exactly(setup.MaxWorkers),
        WorkerState = setup.WorkerState,
        Recorder = setup.Recorder,
    });

    private static AdaptiveOptions Exactly(int workers) => Workers.Auto with { Start = workers, Least = workers, Most = workers };

    public static IExecutor Foreign(ExecutorSetup setup) => new ForeignExecutor(Threads(setup));

    private sealed class ForeignExecutor(ThreadPoolExecutor inner) : IExecutor
    {
        public ExecutionModel Model => inner.Model;

        public int MaxWorkers => inner.MaxWorkers;

        public Task<TResult> SubmitAsync<TArgument, TResult>(
            Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken = default) =>
            inner.SubmitAsync(callable, argument, cancellationToken);

        public ExecutorStatistics GetStatistics() => inner.GetStatistics();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
