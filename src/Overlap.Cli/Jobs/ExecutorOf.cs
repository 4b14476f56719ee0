using Overlap.Adaptation;
using Overlap.Executors;
using Overlap.Processes;
using Overlap.Timelines;

namespace Overlap.Cli.Jobs;

/// <summary>Makes the executor of a model.</summary>
internal static class ExecutorOf
{
    /// <summary>Makes an executor.</summary>
    /// <param name="model">How calls run.</param>
    /// <param name="workers">The most workers.</param>
    /// <param name="isAdaptive">Whether their number is found meanwhile.</param>
    /// <param name="workerState">Makes what each worker owns.</param>
    /// <param name="recorder">Takes down who ran what when.</param>
    /// <param name="callDeadline">The longest that a call may keep a worker process.</param>
    public static IExecutor Create(
        ExecutionModel model, int workers, bool isAdaptive, Func<object>? workerState, TimelineRecorder? recorder, TimeSpan? callDeadline)
    {
        AdaptiveOptions? adaptive = isAdaptive ? Workers.Auto with { Most = workers } : null;
        return Create(model, workers, adaptive, workerState, recorder, callDeadline);
    }

    /// <summary>The most workers that an automatic number comes to under a model.</summary>
    public static int MostOf(ExecutionModel model) => model switch
    {
        ExecutionModel.Threads => 256,
        ExecutionModel.Processes => 2 * Environment.ProcessorCount,
        _ => 1_024,
    };

    private static IExecutor Create(
        ExecutionModel model, int workers, AdaptiveOptions? adaptive, Func<object>? workerState, TimelineRecorder? recorder, TimeSpan? callDeadline)
    {
        return model switch
        {
            ExecutionModel.Inline => new InlineExecutor(new InlineExecutorOptions { WorkerState = workerState, Recorder = recorder }),
            ExecutionModel.Threads => new ThreadPoolExecutor(
                new ThreadPoolExecutorOptions { MaxWorkers = workers, Adaptive = adaptive, WorkerState = workerState, Recorder = recorder }),
            ExecutionModel.Async => new AsyncExecutor(
                new AsyncExecutorOptions { MaxWorkers = workers, Adaptive = adaptive, WorkerState = workerState, Recorder = recorder }),
            ExecutionModel.Processes => CreateProcesses(workers, adaptive, workerState, recorder, callDeadline),
            _ => throw new RunException(ExitCode.Usage, $"the model {model} cannot run this job"),
        };
    }

    private static ProcessPoolExecutor CreateProcesses(
        int workers, AdaptiveOptions? adaptive, Func<object>? workerState, TimelineRecorder? recorder, TimeSpan? callDeadline)
    {
        try
        {
            return new ProcessPoolExecutor(new ProcessPoolExecutorOptions
            {
                MaxWorkers = workers,
                Adaptive = adaptive,
                WorkerState = workerState,
                Recorder = recorder,
                Calls = new ProcessCallOptions { Deadline = callDeadline },

                // Standard output is data, and only the program itself writes it: whatever a worker prints is a message.
                Output = static line => Console.Error.WriteLine(line.Text),
            });
        }
        catch (WorkerHostException exception)
        {
            throw new RunException(ExitCode.Environment, exception.Message.ReplaceLineEndings(" "), exception);
        }
    }
}
