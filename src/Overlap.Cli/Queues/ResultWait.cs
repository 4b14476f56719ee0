using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;
using Overlap.Distributed.Protocol;

namespace Overlap.Cli.Queues;

/// <summary>Waits for the end of a call, and prints what became of it.</summary>
internal static class ResultWait
{
    /// <param name="link">The queue.</param>
    /// <param name="id">The id of the call.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="timeout">How long to wait at most; <see langword="null"/>: until it has ended.</param>
    /// <param name="isJson">Whether the whole document is printed.</param>
    /// <param name="shows">Whether how the call stands is shown meanwhile.</param>
    public static async Task<int> RunAsync(QueueLink link, string id, Terminal terminal, TimeSpan? timeout, bool isJson, bool shows)
    {
        using CancellationTokenSource limit = new(timeout ?? Timeout.InfiniteTimeSpan, terminal.TimeProvider);
        ResultDocument document;
        try
        {
            Show(QueueText.Clean($"{id} has not ended yet"));
            document = await link.Backend.WaitAsync(id, progress => Show(QueueText.Clean($"{id} {progress.StateName} {progress.Result}")), limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new RunException(ExitCode.Deadline, $"{id} has not ended within {Text.Seconds(timeout!.Value)}; overlap result {id} tells later");
        }
        finally
        {
            Show("");
        }

        return Print(terminal, id, document, isJson);

        void Show(string status)
        {
            if (shows)
            {
                terminal.Messages.SetStatus(status.Length < terminal.Width ? status : status[..(terminal.Width - 1)]);
            }
        }
    }

    /// <summary>Prints what became of a call that has ended.</summary>
    public static int Print(Terminal terminal, string id, ResultDocument document, bool isJson)
    {
        if (isJson)
        {
            QueueText.PrintJson(terminal, json => QueueText.WriteDocument(json, id, document));
        }
        else if (document.State == TaskState.Success)
        {
            QueueText.PrintResult(terminal, document.Result);
        }

        if (document.State == TaskState.Success)
        {
            return ExitCode.Success;
        }

        terminal.Messages.WriteError(QueueText.Failure(document));
        return ExitCode.SomeFailed;
    }
}
