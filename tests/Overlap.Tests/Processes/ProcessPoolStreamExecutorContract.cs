using Overlap.Contracts;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes;

public sealed class ProcessPoolStreamExecutorContract : OverlappingExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => new ProcessPoolExecutor(new ProcessPoolExecutorOptions
    {
        MaxWorkers = setup.MaxWorkers,
        WorkerState = setup.WorkerState,
        Recorder = setup.Recorder,
        Transport = WorkerTransport.Stream,
    });
}
