using System.Runtime.InteropServices;
using System.Text;
using Overlap.Cli.Jobs.Run.Children;
using Overlap.Timelines;

namespace Overlap.Cli.Jobs.Run;

// One attempt at an item: one child process, from its words to what came of it.
internal sealed partial class RunJob
{
    private const int NotFoundCode = 127;
    private const int NotStartedCode = 126;

    private static readonly TimeSpan FirstPauseWithoutRoom = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPauseWithoutRoom = TimeSpan.FromSeconds(1);

    private int _hasSaidNoRoom;

    /// <param name="item">The item.</param>
    /// <param name="attempt">Which attempt, from 1.</param>
    /// <param name="allAttempts">Cancelled when the item has had its time, or the run is stopped.</param>
    /// <param name="running">Cancelled when the run is stopped.</param>
    private async ValueTask<ItemResult> AttemptAsync(RunItem item, int attempt, CancellationToken allAttempts, CancellationToken running)
    {
        ItemResult result = new() { Item = item.Label, Status = ItemStatus.Succeeded, Attempts = attempt, Command = _template!.Describe(item) };
        if (item.Problem is { } problem)
        {
            return NotStarted(result, problem, NotStartedCode);
        }

        (Child? child, int error, string? reason) = await StartAsync(item, allAttempts);
        if (child is null)
        {
            running.ThrowIfCancellationRequested();
            return reason is null && error == 0 ? OutOfTime(result) : NotStarted(result, reason ?? ReasonOf(error), error == ChildCalls.NoSuchFile ? NotFoundCode : NotStartedCode);
        }

        ChildEnd end = await EndOfAsync(child, allAttempts);
        _session.Printer.ThrowIfFailed();
        result = result with { BytesReceived = _session.Printer.BytesOf(item.Sequence) };
        switch (end.Cause)
        {
            case EndCause.Cancelled:
                running.ThrowIfCancellationRequested();
                return OutOfTime(result) with { Signal = end.Signal };
            case EndCause.TimedOut:
                return TimedOut(result, _times.Describe()) with { Signal = end.Signal };
            default:
                return Ended(result, end, child);
        }
    }

    private async ValueTask<(Child? Child, int Error, string? Reason)> StartAsync(RunItem item, CancellationToken cancellationToken)
    {
        TimeSpan pause = FirstPauseWithoutRoom;
        while (await TryTakeRoomAsync(cancellationToken))
        {
            string? reason = TryStart(item, out Child? child, out int error);
            if (child is not null)
            {
                await _watcher!.WatchAsync(child);
                return (child, 0, null);
            }

            if (reason is not null || error is not (ChildCalls.TryAgain or ChildCalls.OutOfMemory or ChildCalls.TooManyFiles or ChildCalls.TooManyFilesInSystem))
            {
                _room.Exit();
                return (null, error, reason);
            }

            if (Interlocked.Exchange(ref _hasSaidNoRoom, 1) == 0)
            {
                _session.Say($"waiting: no further command can be started now ({Marshal.GetPInvokeErrorMessage(error)})");
            }

            if (!_room.Refuse())
            {
                await Task.Delay(pause, _timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = 2 * pause < LongestPauseWithoutRoom ? 2 * pause : LongestPauseWithoutRoom;
            }
        }

        return (null, 0, null);
    }

    private async ValueTask<bool> TryTakeRoomAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _room.EnterAsync(cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private string? TryStart(RunItem item, out Child? child, out int error)
    {
        (child, error) = (null, 0);
        if (!_blocks.TryPop(out WordBlock? words))
        {
            words = new WordBlock();
        }

        try
        {
            if (_template!.Fill(item, words) is { } problem)
            {
                return problem;
            }

            byte[]? program = _program;
            if (program is null && ProgramPath.TryFind(Encoding.UTF8.GetString(words.First), out program) is { } missing)
            {
                error = ChildCalls.NoSuchFile;
                return missing;
            }

            IChildOutput? output = _session.Printer.Open(item);
            child = _watcher!.TryStart(_spawner!, program, words, item.Sequence, _session.Printer.Routing, output, out error);
            return null;
        }
        finally
        {
            _blocks.Push(words);
        }
    }

    private async ValueTask<ChildEnd> EndOfAsync(Child child, CancellationToken cancellationToken)
    {
        ChildEnd end;
        await using (cancellationToken.UnsafeRegister(state => _watcher!.Terminate((Child)state!, EndCause.Cancelled), child))
        {
            end = await child.End;
        }

        _room.Exit();

        // A command is work where it computes, and waiting where it does not.
        SpanRecorder.Current?.AddWork(end.Cpu);
        if (end.Cause != EndCause.None)
        {
            DescendantHunt.Kill(child.Cookie);
        }

        return end;
    }

    private ItemResult Ended(ItemResult result, ChildEnd end, Child child)
    {
        result = result with { ExitCode = end.Signal == 0 ? end.ExitCode : 0, Signal = end.Signal, Fields = FieldsOf(end) };
        if (end.ExitCode == 0)
        {
            _times.Add(_timeProvider.GetElapsedTime(child.StartedAt));
            return result;
        }

        return result with
        {
            Status = ItemStatus.Failed,
            ErrorKind = end.Signal == 0 ? "exit" : "signal",
            Message = end.Signal == 0 ? $"exit code {end.ExitCode}" : $"ended by {SignalText.Of(end.Signal)} (exit code {end.ExitCode})",
        };
    }

    private ItemResult OutOfTime(ItemResult result) =>
        TimedOut(result, $"took longer than {_options.Attempts.MaxTime!.Value.TotalSeconds:0.###} s with all its attempts (--max-time)");

    private static ItemResult TimedOut(ItemResult result, string message) => result with
    {
        Status = ItemStatus.Failed,
        ErrorKind = "timeout",
        Message = message,
        ExitCode = -1,
        Fields = NoFields,
    };

    private static ItemResult NotStarted(ItemResult result, string reason, int exitCode) => result with
    {
        Status = ItemStatus.Failed,
        ErrorKind = "not-started",
        Message = reason,
        ExitCode = exitCode,
        Fields = NoFields,
    };

    private static IReadOnlyList<ItemField> NoFields { get; } = [ItemField.Of("exit", (long?)null), ItemField.Of("signal", (long?)null)];

    private static IReadOnlyList<ItemField> FieldsOf(ChildEnd end) => end is { Status: 0 }
        ? FieldsOfSuccess
        : [ItemField.Of("exit", (long?)end.ExitCode), ItemField.Of("signal", end.Signal == 0 ? null : (long?)end.Signal)];

    private static IReadOnlyList<ItemField> FieldsOfSuccess { get; } = [ItemField.Of("exit", (long?)0), ItemField.Of("signal", (long?)null)];

    private static string ReasonOf(int error) => error switch
    {
        ChildCalls.TooLong => "the command is longer than the system takes (2 MiB in all, 128 KiB for one word)",
        ChildCalls.NotAProgram => "the file is no program (a script begins with a line such as #!/bin/sh)",
        ChildCalls.NotAllowed => "the program may not be executed (permission denied)",
        _ => $"cannot start: {Marshal.GetPInvokeErrorMessage(error)}",
    };
}
