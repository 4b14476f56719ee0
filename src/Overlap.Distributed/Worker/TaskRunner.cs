using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Processes;

namespace Overlap.Distributed.Worker;

/// <summary>Runs the call of an item in a slot, and says what becomes of its delivery.</summary>
internal sealed partial class TaskRunner(
    WorkerOptions options, ICallInvoker invoker, Sequel sequel, IBroker broker, IResultBackend? backend, Completer completer, TakeWindow window, WorkerFigures figures, LiveItems live, RevokedCalls revoked)
{
    private readonly TimeProvider _clock = options.TimeProvider;
    private readonly RetryDelays _delays = new(options.Seed);
    private readonly ILogger _logger = options.LoggerFactory.CreateLogger(typeof(WorkerHost).FullName!);

    /// <summary>What an executor runs.</summary>
    public static Func<WorkItem, ValueTask> Call { get; } = static item => item.Runner.RunToItsEndAsync(item);

    /// <summary>Stores how far a call is. That it cannot be stored does not concern the call.</summary>
    public async ValueTask ReportAsync(WorkItem item, string state, WireValue progress, CancellationToken cancellationToken)
    {
        if (backend is null)
        {
            return;
        }

        try
        {
            await backend.StoreAsync(new[] { Extended(item, Documents.Progress(item.Message, state, progress)) }, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException exception)
        {
            WorkerLog.ResultRefused(_logger, item.Message.Id, exception.Message);
        }
    }

    /// <summary>Ends an item before it runs, if what has come to be known since forbids it to.</summary>
    /// <returns>Whether it has ended, here or elsewhere.</returns>
    public bool EndsBeforeRun(WorkItem item)
    {
        string? reason = revoked.Contains(item.Message.Id) ? "revoked" : item.Message.Expires <= _clock.GetUtcNow() ? "expired" : null;
        if (reason is null && !item.Delivery.LeaseLost.IsCancellationRequested)
        {
            return false;
        }

        if (item.TryWithdraw())
        {
            if (reason is null)
            {
                EndLost(item);
            }
            else
            {
                EndRevoked(item, reason);
            }
        }

        return true;
    }

    /// <summary>Gives the message of an item back to its queue, which ends the item.</summary>
    public void EndReturned(WorkItem item)
    {
        if (item.Completed is { } completed)
        {
            EndSucceeded(item, completed.Result, _clock.GetElapsedTime(item.StartedAt));
            return;
        }

        figures.CountReturned();
        if (item.IsAcknowledged)
        {
            RemoteError error = Documents.WorkerLost("The worker was stopped, and the message had been acknowledged.");
            End(item, Documents.Failure(item.Message, error, null, _clock.GetUtcNow()), SettlementKind.Acknowledge);
            return;
        }

        End(item, null, SettlementKind.Return);
    }

    private async ValueTask RunAsync(WorkItem item)
    {
        if (EndsBeforeRun(item) || !item.TryStart())
        {
            return;
        }

        using CancellationTokenRegistration lost = item.Delivery.LeaseLost.UnsafeRegister(
            static item => ((WorkItem)item!).Stop(StopCause.LeaseLost), item);
        if (item.Definition.Options.AcknowledgesEarly)
        {
            if (!await completer.AcknowledgeAsync(item.Delivery).ConfigureAwait(false))
            {
                if (item.TryEnd())
                {
                    EndLost(item);
                }

                return;
            }

            item.IsAcknowledged = true;
        }
        else if (MustAskFirst(item.Delivery) && !await completer.BeginAsync(item.Delivery).ConfigureAwait(false))
        {
            if (item.TryEnd())
            {
                EndLost(item);
            }

            return;
        }

        if (item.Definition.Options.TracksStart && !item.IgnoresResult)
        {
            completer.Add(new Completion(item.Delivery, Extended(item, Documents.Started(item.Message, options.Name)), null, FreesPlace: false));
        }

        // Else the worker's stop has given it back while the broker was asked.
        if (item.IsRunning)
        {
            await RunCallAsync(item).ConfigureAwait(false);
        }
    }

    // One that was lost before counts from here on. One whose lease was not seen for long may be another's, and would run twice: the broker stood still, or we did.
    private static bool MustAskFirst(Delivery delivery) => delivery.Attempt > 1 || delivery.State is ILeaseProof { IsCertain: false };

    private async ValueTask RunCallAsync(WorkItem item)
    {
        (TimeSpan? softLimit, TimeSpan? hardLimit) = LimitsOf(item);
        using ITimer? soft = softLimit is null ? null : StartTimer(softLimit.Value, static (item, _) => item.Stop(StopCause.SoftLimit), item);
        using ITimer? hard = hardLimit is null || invoker.Kills ? null : StartTimer(hardLimit.Value, HardLimitPassed, item);
        using Activity? activity = WorkerMetrics.StartActivity(item);
        WorkerFaultPoints.Begun.Reach();
        item.StartedAt = _clock.GetTimestamp();
        WireValue result = default;
        Exception? failure = null;
        try
        {
            result = await invoker.InvokeAsync(item, hardLimit, LoggerOf(item.Definition)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
        }

        WorkerFaultPoints.Ran.Reach();
        TimeSpan duration = _clock.GetElapsedTime(item.StartedAt);
        window.Observe(duration);

        // I9: it has ended already, and what its function did afterwards does not count.
        if (item.Completed is { } completed)
        {
            if (failure is not null)
            {
                WorkerLog.FailedCompleted(_logger, item.Definition.Name, Shown(item.Message.Id), failure);
            }

            (result, failure) = (completed.Result, null);
        }

        // Else its hard limit or the worker's stop has ended it, and what it returns comes too late.
        if (item.TryEnd())
        {
            Conclude(item, result, failure, duration);
        }
    }

    private void Conclude(WorkItem item, WireValue result, Exception? failure, TimeSpan duration)
    {
        StopCause cause = item.Cause;
        string outcome = "failed";
        if (item.Completed is null && (cause == StopCause.LeaseLost || failure is LeaseLostException))
        {
            outcome = "lost";
            EndLost(item);
        }
        else if (failure is null)
        {
            outcome = "succeeded";
            EndSucceeded(item, result, duration);
        }
        else if (cause == StopCause.Terminated)
        {
            outcome = "revoked";
            EndRevoked(item, "terminated");
        }
        else if (cause == StopCause.WorkerStops && failure is OperationCanceledException)
        {
            outcome = "returned";
            EndReturned(item);
        }
        else if (cause == StopCause.SoftLimit && failure is OperationCanceledException)
        {
            EndFailed(item, Documents.SoftLimit(), failure, duration);
        }
        else if (failure is CallDeadlineException deadline)
        {
            EndFailed(item, Documents.HardLimit(deadline.Deadline), null, duration);
        }
        else if (failure is WorkerDiedException death)
        {
            outcome = EndDead(item, death, duration);
        }
        else if (failure is TaskIgnoreException)
        {
            outcome = EndIgnored(item);
        }
        else if (failure is TaskRejectException rejection)
        {
            outcome = EndRejected(item, rejection);
        }
        else if (TryRetry(item, failure))
        {
            outcome = "retried";
        }
        else
        {
            Exception told = failure is TaskRetryException { InnerException: { } inner } ? inner : failure;
            EndFailed(item, told is TaskRetryException ? Documents.RetriesExceeded(item.Message) : Documents.Of(told), told, duration);
        }

        WorkerMetrics.RecordEnd(item, duration, outcome);
    }

    private ILogger LoggerOf(TaskDefinition definition) => options.LoggerFactory.CreateLogger(definition.Name);

    private void EndSucceeded(WorkItem item, WireValue result, TimeSpan duration)
    {
        SequelCalls calls;
        try
        {
            // What follows one that was completed was sent in the same step.
            calls = item.Completed is { } completed ? completed.Sequel with { Publications = [] } : sequel.OfSuccess(item.Message, result);
        }
        catch (MessageFormatException exception)
        {
            EndFailed(item, Documents.Of(exception), exception, duration);
            return;
        }

        figures.CountSucceeded();
        WorkerLog.Succeeded(_logger, item.Definition.Name, Shown(item.Message.Id), duration.TotalSeconds);
        DateTimeOffset now = _clock.GetUtcNow();
        ResultDocument document = Documents.Success(item.Message, result, now) with { Children = calls.Children };
        End(item, document, SettlementOf(item, SettlementKind.Acknowledge), calls.Publications, [.. calls.Refused.Select(id => Documents.RefusedSequel(id, now))]);
    }

    private void EndFailed(WorkItem item, RemoteError error, Exception? exception, TimeSpan duration)
    {
        figures.CountFailed();
        WorkerLog.Failed(_logger, item.Definition.Name, Shown(item.Message.Id), duration.TotalSeconds, Shown($"{error.Type}: {error.Message}"), exception);
        DateTimeOffset now = _clock.GetUtcNow();
        SequelCalls calls = SequelOfFailure(item.Message);
        ResultDocument document = Documents.Failure(item.Message, error, exception is ProcessTaskException remote ? remote.Traceback : exception?.ToString(), now);
        End(item, document with { Children = calls.Children }, SettlementOfFailure(item, error), calls.Publications, SkippedBy(document, calls));
    }

    /// <summary>What follows the success of a call.</summary>
    /// <exception cref="MessageFormatException">It cannot be read, or the result has no form in which to travel.</exception>
    public SequelCalls SequelOfSuccess(TaskMessage message, WireValue result) => sequel.OfSuccess(message, result);

    /// <summary>What follows the failure of a call; nothing, if that cannot be read.</summary>
    public SequelCalls SequelOfFailure(TaskMessage message)
    {
        try
        {
            return sequel.OfFailure(message);
        }
        catch (MessageFormatException exception)
        {
            WorkerLog.SequelRefused(_logger, Shown(message.Task), Shown(message.Id), exception.Message);
            return SequelCalls.None;
        }
    }

    private void EndRevoked(WorkItem item, string reason)
    {
        figures.CountRevoked();
        WorkerLog.Revoked(_logger, item.Definition.Name, Shown(item.Message.Id), reason);
        End(item, Documents.Revoked(item.Message, reason, _clock.GetUtcNow()), SettlementKind.Acknowledge);
    }

    private void EndLost(WorkItem item)
    {
        figures.CountLostLease();
        WorkerMetrics.CountLostLease(item.Delivery.Queue);
        WorkerLog.LeaseLost(_logger, item.Definition.Name, Shown(item.Message.Id));
        live.Remove(item);
        completer.Add(new Completion(item.Delivery, null, null));
    }

    private void End(WorkItem item, ResultDocument? document, SettlementKind kind, Publication? successor = null) =>
        End(item, document, SettlementOf(item, kind, successor));

    private static Settlement? SettlementOf(WorkItem item, SettlementKind kind, Publication? successor = null) =>
        item.IsAcknowledged ? null : new Settlement(item.Delivery, kind) { Successor = successor };

    private void End(
        WorkItem item, ResultDocument? document, Settlement? settlement, ImmutableArray<Publication> calls = default, ImmutableArray<ResultDocument> others = default)
    {
        // The completion is there before the item is gone: who waits for all items to be gone may end the completer then.
        completer.Add(new Completion(item.Delivery, document is null || item.IgnoresResult ? null : Extended(item, document), settlement)
        {
            Sequel = calls.IsDefault ? [] : calls,
            Others = others.IsDefault ? [] : others,
        });
        live.Remove(item);
    }

    /// <summary>A document as the options want it.</summary>
    public ResultDocument Extended(WorkItem item, ResultDocument document) => Documents.Extended(document, item.Message, item.Delivery.Queue, options);

    /// <summary>A text that came over the wire, for a log: cut, and on one line.</summary>
    internal static string Shown(string text)
    {
        ReadOnlySpan<char> cut = text.AsSpan(0, Math.Min(text.Length, 1_024));
        if (!cut.ContainsAnyInRange('\0', '\u001f') && !cut.ContainsAnyInRange('\u007f', '\u009f'))
        {
            return cut.Length == text.Length ? text : cut.ToString();
        }

        return string.Concat(cut.ToString().Select(static character => char.IsControl(character) ? $"\\x{(int)character:x2}" : character.ToString()));
    }
}
