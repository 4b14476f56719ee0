using Microsoft.Extensions.Logging;
using Overlap.Distributed.Protocol;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Distributed.Worker;

/// <summary>Runs functions in worker processes: one that crashes, or is killed at its hard limit, costs only its own call.</summary>
/// <remarks>
/// The message goes over as it came, and the process finds the task in a registry of its own: neither a function nor a type is ever named by it.
/// </remarks>
internal sealed class ProcessInvoker(ProcessPoolExecutor pool) : ICallInvoker
{
    private static readonly Func<(byte[] Envelope, IProgress<byte[]> Progress, int LeastLogged), CancellationToken, ValueTask<byte[]>> Function =
        static (call, token) => ProcessCall.RunAsync(call.Envelope, call.Progress, (LogLevel)call.LeastLogged, token);

    public bool Kills => true;

    public async ValueTask<WireValue> InvokeAsync(WorkItem item, TimeSpan? hardLimit, ILogger logger)
    {
        byte[] envelope = EnvelopeCodec.Write(item.Delivery.Message!);
        ProgressReports reports = new(item, logger);
        IExecutor executor = hardLimit is { } limit ? pool.With(new ProcessCallOptions { Deadline = limit }) : pool;
        try
        {
            byte[] reply = await executor.SubmitAsync(Function, (envelope, (IProgress<byte[]>)reports, (int)ProcessLogger.LeastOf(logger)), item.Stopping).ConfigureAwait(false);
            return ProcessReply.Read(reply);
        }
        finally
        {
            // I4: what it reported is stored before its end is.
            await reports.Stored.ConfigureAwait(false);
        }
    }

    /// <summary>Stores what a call reports from its process, in order, and logs what it logs.</summary>
    private sealed class ProgressReports(WorkItem item, ILogger logger) : IProgress<byte[]>
    {
        public Task Stored { get; private set; } = Task.CompletedTask;

        // Called by one thread at a time, and not after the call has ended.
        public void Report(byte[] value)
        {
            if (!ProcessReply.TryLog(value, logger))
            {
                Stored = StoreAfterAsync(Stored, value);
            }
        }

        private async Task StoreAfterAsync(Task others, byte[] value)
        {
            await others.ConfigureAwait(false);
            (string state, WireValue progress) = ProcessReply.ReadProgress(value);
            await ((Tasks.ITaskReporter)item).ReportAsync(item.Message, state, progress, item.Stopping)
                .AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
