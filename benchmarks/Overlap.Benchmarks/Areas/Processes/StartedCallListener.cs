namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>Waits for a call to tell that it runs.</summary>
internal sealed class StartedCallListener : IProgress<StartedCall>
{
    private readonly TaskCompletionSource<StartedCall> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<StartedCall> Started => _started.Task;

    public void Report(StartedCall value) => _started.TrySetResult(value);
}
