using Overlap.Contracts;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Dispatch;

public sealed class BorderArgumentTests
{
    [Fact]
    public async Task SubmitAsync_ProgressInATuple_IsHeardWhileTheCallRuns()
    {
        await using ProcessPoolExecutor executor = new(1);
        FirstReport report = new();

        int result = await executor.SubmitAsync(ReportAndReturn, (7, (IProgress<int>)report), TestContext.Current.CancellationToken);

        Assert.Equal(7, result);
        Assert.Equal(7, await report.Value.WaitAsync(ContractStage.Guard, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SubmitAsync_TokenInATuple_IsCancelledInTheWorker()
    {
        await using ProcessPoolExecutor executor = new(1);
        using CancellationTokenSource source = new();
        FirstReport started = new();
        Task<bool> call = executor.SubmitAsync(
            WaitUntilCanceled, (source.Token, (IProgress<int>)started), TestContext.Current.CancellationToken);

        await started.Value.WaitAsync(ContractStage.Guard, TestContext.Current.CancellationToken);
        await source.CancelAsync();

        Assert.True(await call.WaitAsync(ContractStage.Guard, TestContext.Current.CancellationToken));
    }

    private static int ReportAndReturn((int Number, IProgress<int> Progress) argument)
    {
        argument.Progress.Report(argument.Number);
        return argument.Number;
    }

    private static bool WaitUntilCanceled((CancellationToken Token, IProgress<int> Started) argument)
    {
        argument.Started.Report(1);
        return argument.Token.WaitHandle.WaitOne();
    }

    private sealed class FirstReport : IProgress<int>
    {
        private readonly TaskCompletionSource<int> _value = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<int> Value => _value.Task;

        void IProgress<int>.Report(int value) => _value.TrySetResult(value);
    }
}
