using Microsoft.Extensions.Logging;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Tasks;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Distributed.Worker;

/// <summary>A worker at work: its parts, its loops, and how they end. Used for one start.</summary>
internal sealed class WorkerEngine : IDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly WorkerOptions _options;
    private readonly IBrokerConsumer _consumer;
    private readonly IExecutor _executor;
    private readonly ProcessPoolExecutor? _processes;
    private readonly TakeWindow _window;
    private readonly WorkerFigures _figures = new();
    private readonly LiveItems _live = new();
    private readonly Completer _completer;
    private readonly Intake _intake;
    private readonly Solitude _solitude;
    private readonly TaskRunner _runner;
    private readonly StallWatch _watch;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _pumping = new();
    private readonly CancellationTokenSource _listening = new();
    private readonly Task _completing;
    private readonly Task _control;
    private readonly Task _watching;
    private readonly Task _pump;

    public WorkerEngine(WorkerOptions options, IBroker broker, IBrokerConsumer consumer, TaskRegistry registry, IResultBackend? backend, Action shutDown)
    {
        _options = options;
        _consumer = consumer;
        _logger = options.LoggerFactory.CreateLogger(typeof(WorkerHost).FullName!);
        _executor = options.Executor ?? new AsyncExecutor(options.Concurrency);
        if (options.Executor is null && options.ProcessTasks is { } makeRegistry)
        {
            // The slots are here; each gives its calls to a process and waits.
            _processes = new ProcessPoolExecutor(options.Processes with { MaxWorkers = options.Concurrency, WorkerState = makeRegistry });
        }

        ICallInvoker invoker = _processes is null ? new LocalInvoker(registry.Converter, options.TimeProvider) : new ProcessInvoker(_processes);
        _window = new TakeWindow(_executor.MaxWorkers, options.TakeAhead, options.MaxAhead);
        RevokedCalls revoked = new(options.TimeProvider);
        TaskClientOptions sending = new() { TimeProvider = options.TimeProvider, Converter = registry.Converter };
        Sequel sequel = new(new TaskClient(broker, null, sending), new TaskClient(broker, null, sending with { EmitsTypeTags = true }));
        _completer = new Completer(broker, consumer, backend, _figures, _window, options.TimeProvider, _logger);
        _runner = new TaskRunner(options, invoker, sequel, broker, backend, _completer, _window, _figures, _live, revoked);
        _intake = new Intake(options, registry, _executor, _runner, _completer, _window, _figures, _live, _logger);
        _solitude = new Solitude(options, _window, _intake.GiveBack);
        _watch = new StallWatch(options, broker, _logger);
        ControlCommands commands = new(options, broker, backend, registry, _intake, _runner, _live, revoked, GetStatistics, CheckHealth, shutDown, _logger);
        ControlListener control = new(options, broker, commands, _logger);
        _completing = _completer.RunAsync();
        _control = options.FollowsControl ? control.RunAsync(_listening.Token) : Task.CompletedTask;
        _watching = _watch.RunAsync(_listening.Token);
        _pump = PumpAsync(_pumping.Token);
        WorkerLog.Started(_logger, options.Name, string.Join(", ", options.Queues), broker.Address, _executor.MaxWorkers);
    }

    /// <summary>Ends when nothing can be received any more: the broker was disposed.</summary>
    public Task Pump => _pump;

    public WorkerStatistics GetStatistics()
    {
        WorkItem[] items = _live.List();
        return new WorkerStatistics
        {
            Received = _figures.Received,
            Running = items.Count(static item => item.IsRunning),
            Waiting = _intake.Agenda.Count,
            Held = _window.Held,
            Succeeded = _figures.Succeeded,
            Failed = _figures.Failed,
            Retried = _figures.Retried,
            Revoked = _figures.Revoked,
            Ignored = _figures.Ignored,
            Deferred = _figures.Deferred,
            Returned = _figures.Returned,
            DeadLettered = _figures.DeadLettered,
            LostLeases = _figures.LostLeases,
            IsStalled = _watch.IsStalled,
        };
    }

    public WorkerHealth CheckHealth()
    {
        // A command may ask before the pump is there.
        if (_pump is { IsFaulted: true } pump)
        {
            return new WorkerHealth(false, $"nothing can be received any more: {pump.Exception!.InnerException!.Message}");
        }

        if (_pumping.IsCancellationRequested)
        {
            return new WorkerHealth(false, "it stops");
        }

        return _watch.Reason is { } reason
            ? new WorkerHealth(false, reason)
            : new WorkerHealth(true, $"{_live.List().Count(static item => item.IsRunning)} calls run, {_window.Held} messages are held");
    }

    /// <summary>Receives nothing more, gives back what does not run, waits for what runs, and ends.</summary>
    /// <param name="hurry">Ends the wait for what runs.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        await _pumping.CancelAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _intake.Dispose();
        _live.Close();
        foreach (WorkItem item in _live.List())
        {
            if (item.TryWithdraw())
            {
                _runner.EndReturned(item);
            }
        }

        bool isDrained = await WaitForRunningAsync(_options.StopTimeout, hurry).ConfigureAwait(false);
        if (!isDrained)
        {
            isDrained = await InterruptAsync().ConfigureAwait(false);
        }

        _completer.End();
        using (ITimer abandon = _options.TimeProvider.CreateTimer(
            static completer => ((Completer)completer!).Abandon(), _completer, _options.StopGrace + LongestDelay, Timeout.InfiniteTimeSpan))
        {
            await _completing.ConfigureAwait(false);
        }

        await _listening.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_control, _watching).ConfigureAwait(false);
        await _consumer.DisposeAsync().ConfigureAwait(false);
        if (_options.Executor is null)
        {
            // Its disposal waits for all calls: of one that does not end it is not waited for.
            Task disposal = _executor.DisposeAsync().AsTask();
            await (isDrained ? disposal : Task.CompletedTask).ConfigureAwait(false);
        }

        if (_processes is not null)
        {
            Task disposal = _processes.DisposeAsync().AsTask();
            await (isDrained ? disposal : Task.CompletedTask).ConfigureAwait(false);
        }

        WorkerLog.Stopped(_logger, _options.Name, _figures.Returned);
    }

    public void Dispose()
    {
        _pumping.Dispose();
        _listening.Dispose();
        _intake.Dispose();
        _solitude.Dispose();
        _completer.Dispose();
        _window.Dispose();
    }

    private async Task<bool> InterruptAsync()
    {
        foreach (WorkItem item in _live.List())
        {
            item.Stop(StopCause.WorkerStops);
        }

        bool isDrained = await WaitForRunningAsync(_options.StopGrace, CancellationToken.None).ConfigureAwait(false);
        foreach (WorkItem item in _live.List())
        {
            if (item.TryEnd())
            {
                WorkerLog.Abandoned(_logger, item.Definition.Name, TaskRunner.Shown(item.Message.Id));
                _runner.EndReturned(item);
            }
        }

        return isDrained;
    }

    private async Task<bool> WaitForRunningAsync(TimeSpan time, CancellationToken hurry)
    {
        try
        {
            await _live.Drained.WaitAsync(time, _options.TimeProvider, hurry).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    // I8: what has come is held, and its lease renewed for as long as this worker lives. So whatever goes wrong, each of it gets an end.
    private IEnumerable<Delivery> Admit(IReadOnlyList<Delivery> deliveries)
    {
        try
        {
            WorkerFaultPoints.Received.Reach();
            _figures.CountReceived(deliveries.Count);
            WorkerMetrics.CountReceived(deliveries.Count);
            return _solitude.Admit(deliveries);
        }
        catch (Exception exception)
        {
            foreach (Delivery delivery in deliveries)
            {
                _intake.PutAside(delivery, exception);
            }

            return [];
        }
    }

    // Pulls as much as there is room for, and not before there is.
    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        TimeSpan delay = FirstDelay;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                int room = await _window.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
                _watch.BeginWaiting();
                IReadOnlyList<Delivery> deliveries = await _consumer.ReceiveAsync(room, cancellationToken).ConfigureAwait(false);
                _watch.EndWaiting();
                _window.Take(deliveries.Count);
                foreach (Delivery delivery in Admit(deliveries))
                {
                    _intake.TakeOrPutAside(delivery);
                }

                delay = FirstDelay;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                throw;
            }
            catch (Exception exception)
            {
                WorkerLog.ReceiveDelayed(_logger, delay.TotalSeconds, exception);
                await Task.Delay(delay, _options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }
        }
    }
}
