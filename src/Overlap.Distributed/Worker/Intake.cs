using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Executors;

namespace Overlap.Distributed.Worker;

/// <summary>Looks at each delivery once: whether it can be run, and when. It runs now, waits here, is put aside at the broker, or ends.</summary>
internal sealed class Intake : IDisposable
{
    private static readonly TimeSpan PutAsideFor = TimeSpan.FromSeconds(1);

    private readonly WorkerOptions _options;
    private readonly TaskRegistry _registry;
    private readonly IExecutor _executor;
    private readonly TaskRunner _runner;
    private readonly Completer _completer;
    private readonly TakeWindow _window;
    private readonly WorkerFigures _figures;
    private readonly LiveItems _live;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, RateGate> _gates = new(StringComparer.Ordinal);

    public Intake(
        WorkerOptions options, TaskRegistry registry, IExecutor executor, TaskRunner runner, Completer completer, TakeWindow window, WorkerFigures figures, LiveItems live, ILogger logger)
    {
        _options = options;
        _registry = registry;
        _executor = executor;
        _runner = runner;
        _completer = completer;
        _window = window;
        _figures = figures;
        _live = live;
        _clock = options.TimeProvider;
        _logger = logger;
        Agenda = new Agenda(_clock, BecomeDue);
        foreach (TaskDefinition definition in registry.Definitions)
        {
            if (definition.Options.RateLimit is { } limit)
            {
                _gates[definition.Name] = new RateGate(limit);
            }
        }
    }

    /// <summary>What waits here for its time.</summary>
    public Agenda Agenda { get; }

    /// <summary>Changes a task's rate limit; <see langword="null"/>: none.</summary>
    public void Limit(string task, RateLimit? limit)
    {
        if (limit is not { } value)
        {
            _gates.TryRemove(task, out _);
        }
        else if (!_gates.TryAdd(task, new RateGate(value)))
        {
            _gates[task].Change(value);
        }
    }

    /// <summary>Takes a delivery in.</summary>
    public void Take(Delivery delivery)
    {
        if (delivery.Message is null)
        {
            DeadLetter(delivery, delivery.Defect?.Defect ?? MessageDefect.Malformed, delivery.Defect?.Message ?? "The message cannot be read.", null);
            return;
        }

        TaskMessage message;
        try
        {
            message = TaskMessageCodec.Read(delivery.Message, _options.Limits, _clock.GetUtcNow());
        }
        catch (MessageFormatException exception)
        {
            DeadLetter(delivery, exception.Defect, exception.Message, null);
            return;
        }
        catch (Exception exception)
        {
            // A reader that fails in a way of its own must not keep the rest of the batch from being read.
            DeadLetter(delivery, MessageDefect.Malformed, $"Reading it failed: {exception.GetType().Name}: {exception.Message}", null);
            return;
        }

        // I6: a message that has cost its workers their lives so often is given to no task any more.
        if (delivery.Attempt > _options.MaxDeliveries)
        {
            string detail = $"{_options.MaxDeliveries} workers have died or stood still while they held it.";
            DeadLetter(delivery, MessageDefect.Poison, detail, message, Documents.WorkerLost(detail));
        }
        else if (!_registry.TryGet(message.Task, out TaskDefinition? definition))
        {
            string detail = $"The task {PythonRepr.Of(message.Task)} is not registered at {_options.Name}.";
            DeadLetter(delivery, MessageDefect.UnknownTask, detail, message, Documents.UnknownTask(message.Task));
        }
        else
        {
            WorkItem item = new(delivery, message, definition, _runner);
            _live.Add(item);
            if (!_runner.EndsBeforeRun(item))
            {
                Schedule(item);
            }
        }
    }

    /// <summary>Takes a delivery in; one with which that goes wrong is put aside.</summary>
    public void TakeOrPutAside(Delivery delivery)
    {
        try
        {
            Take(delivery);
        }
        catch (Exception exception)
        {
            PutAside(delivery, exception);
        }
    }

    /// <summary>Puts a delivery aside that could not be taken in: should that happen each time, it happens once a second.</summary>
    public void PutAside(Delivery delivery, Exception why)
    {
        _figures.CountReturned();
        _completer.Add(new Completion(delivery, null, new Settlement(delivery, SettlementKind.Defer) { Due = _clock.GetUtcNow() + PutAsideFor }));
        WorkerLog.TakeBroken(_logger, delivery.Tag, delivery.Queue, why);
    }

    /// <summary>Gives a delivery back to its queue without a look at it.</summary>
    public void GiveBack(Delivery delivery)
    {
        _figures.CountReturned();
        _completer.Add(new Completion(delivery, null, new Settlement(delivery, SettlementKind.Return)));
    }

    public void Dispose() => Agenda.Dispose();

    private void Schedule(WorkItem item)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (item.Message.Eta is { } eta && eta > now)
        {
            Wait(item, eta, now);
        }
        else if (item.HasTurn || !_gates.TryGetValue(item.Definition.Name, out RateGate? gate))
        {
            Submit(item);
        }
        else
        {
            item.HasTurn = gate.TryReserve(now, _options.Horizon, out DateTimeOffset at);
            if (item.HasTurn && at <= now)
            {
                Submit(item);
            }
            else
            {
                Wait(item, at, now);
            }
        }
    }

    private void Wait(WorkItem item, DateTimeOffset date, DateTimeOffset now)
    {
        // What waits here is not counted as taken ahead: it would keep out what could run.
        if (date - now <= _options.Horizon && Agenda.Count < _options.MaxWaiting && Agenda.TryAdd(item, date))
        {
            _window.Free(1);
        }
        else if (item.TryWithdraw())
        {
            _figures.CountDeferred();
            _completer.Add(new Completion(item.Delivery, null, new Settlement(item.Delivery, SettlementKind.Defer) { Due = date }));
            _live.Remove(item);
        }
    }

    private void BecomeDue(WorkItem item)
    {
        // Taken before the look: of a last delivery that comes at this moment and this item, one sees the other.
        _window.Take(1);
        if (!_window.IsNarrow)
        {
            Schedule(item);
        }
        else if (item.TryWithdraw())
        {
            // I6: nothing begins beside one that runs alone. It comes again behind that, for it is due.
            _runner.EndReturned(item);
        }
    }

    private void Submit(WorkItem item)
    {
        try
        {
            // Its task is not looked at: a run hands over its own failures, and throws none.
            _ = _executor.SubmitAsync(TaskRunner.Call, item);
        }
        catch (Exception exception)
        {
            // The executor is the caller's, and full or disposed.
            WorkerLog.Refused(_logger, item.Definition.Name, TaskRunner.Shown(item.Message.Id), exception);
            if (item.TryWithdraw())
            {
                _runner.EndReturned(item);
            }
        }
    }

    private void DeadLetter(Delivery delivery, MessageDefect defect, string detail, TaskMessage message, RemoteError error)
    {
        ResultDocument document = Documents.Failure(message, error, null, _clock.GetUtcNow());
        SequelCalls calls = _runner.SequelOfFailure(message);
        DeadLetter(delivery, defect, detail, new Completion(delivery, message.IgnoresResult ? null : Documents.Extended(document, message, delivery.Queue, _options), null)
        {
            Sequel = calls.Publications,
            Others = [.. calls.Skipped.Select(id => document with { TaskId = id, ParentId = null, GroupId = null })],
        });
    }

    private void DeadLetter(Delivery delivery, MessageDefect defect, string detail, Completion? told)
    {
        _figures.CountDeadLettered();
        WorkerMetrics.CountDeadLetter(delivery.Queue, defect);
        WorkerLog.DeadLettered(_logger, delivery.Tag, delivery.Queue, defect.ToString(), TaskRunner.Shown(detail));
        Settlement settlement = new(delivery, SettlementKind.DeadLetter) { Cause = new DeadLetterCause(defect, detail) };
        _completer.Add((told ?? new Completion(delivery, null, null)) with { Settlement = settlement });
    }
}
