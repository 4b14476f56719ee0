using Microsoft.Extensions.Logging;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using ProcessWorker = Overlap.Executors.Worker;

namespace Overlap.Distributed.Worker;

/// <summary>What a worker process does with a call.</summary>
internal static class ProcessCall
{
    /// <summary>Runs the call of a message with the process's own registry.</summary>
    /// <returns>A <see cref="ProcessReply"/>.</returns>
    public static async ValueTask<byte[]> RunAsync(byte[] envelope, IProgress<byte[]> progress, LogLevel leastLogged, CancellationToken cancellationToken)
    {
        TaskRegistry registry = ProcessWorker.State<TaskRegistry>();
        // The worker has read it under the limits of its options, which may allow more than the usual ones.
        TaskMessage message = TaskMessageCodec.Read(EnvelopeCodec.Read(envelope, ProtocolLimits.None), ProtocolLimits.None);
        if (!registry.TryGet(message.Task, out TaskDefinition? definition))
        {
            return ProcessReply.Write(Documents.UnknownTask(message.Task), null);
        }

        TaskContext context = new(message, registry.Converter, TimeProvider.System, new ProcessLogger(progress, leastLogged), new Reporter(progress), cancellationToken);
        context.Enter();
        try
        {
            return ProcessReply.Write(await definition.InvokeAsync(context, registry.Converter).ConfigureAwait(false));
        }
        catch (TaskRetryException retry)
        {
            Exception told = retry.InnerException ?? retry;
            return ProcessReply.Write(retry, Documents.Of(told), told.ToString());
        }
        catch (TaskRejectException rejection)
        {
            return ProcessReply.Write(rejection);
        }
        catch (TaskIgnoreException)
        {
            return ProcessReply.WriteIgnored();
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return ProcessReply.Write(Documents.Of(exception), exception.ToString(), TaskRunner.IsRetried(definition.Options, exception));
        }
    }

    private sealed class Reporter(IProgress<byte[]> progress) : ITaskReporter
    {
        public ValueTask ReportAsync(TaskMessage message, string state, WireValue value, CancellationToken cancellationToken)
        {
            progress.Report(ProcessReply.WriteProgress(state, value));
            return default;
        }
    }
}
