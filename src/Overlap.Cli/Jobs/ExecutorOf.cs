using Overlap.Executors;
using Overlap.Processes;
using Overlap.Timelines;

namespace Overlap.Cli.Jobs;

/// <summary>Makes the executor of a model.</summary>
internal static class ExecutorOf
{
    public static IExecutor Create(ExecutionModel model, int workers, Func<object>? workerState, TimelineRecorder? recorder) => model switch
    {
        ExecutionModel.Inline => new InlineExecutor(new InlineExecutorOptions { WorkerState = workerState, Recorder = recorder }),
        ExecutionModel.Threads => new ThreadPoolExecutor(
            new ThreadPoolExecutorOptions { MaxWorkers = workers, WorkerState = workerState, Recorder = recorder }),
        ExecutionModel.Async => new AsyncExecutor(
            new AsyncExecutorOptions { MaxWorkers = workers, WorkerState = workerState, Recorder = recorder }),
        ExecutionModel.Processes => CreateProcesses(workers, workerState, recorder),
        _ => throw new RunException(ExitCode.Usage, $"the model {model} cannot run this job"),
    };

    private static ProcessPoolExecutor CreateProcesses(int workers, Func<object>? workerState, TimelineRecorder? recorder)
    {
        try
        {
            return new ProcessPoolExecutor(new ProcessPoolExecutorOptions
            {
                MaxWorkers = workers,
                WorkerState = workerState,
                Recorder = recorder,

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
