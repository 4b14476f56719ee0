using System.Diagnostics;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Tasks;
using Overlap.Executors;

namespace Overlap.Distributed.Worker;

/// <summary>Consumes queues, runs the calls that come, stores their results, and settles their messages.</summary>
/// <remarks>
/// A message is acknowledged after its call has ended and its result is stored, so an accepted call runs at least once; after a crash, a lost link or
/// an over-long pause it may run twice. Broker and backend belong to who made them.
/// </remarks>
[DebuggerDisplay("{_options.Name,nq}")]
public sealed class WorkerHost : IAsyncDisposable
{
    private readonly IBroker _broker;
    private readonly TaskRegistry _registry;
    private readonly IResultBackend? _backend;
    private readonly WorkerOptions _options;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private bool _isStarted;
    private Task? _stop;

    // Written once, by StartAsync.
    private WorkerEngine? _engine;

    /// <summary>Makes a worker. It does nothing before it is started.</summary>
    /// <param name="broker">Where messages come from.</param>
    /// <param name="registry">The tasks it can run, as they are when it is started.</param>
    /// <param name="backend">Where results are stored; <see langword="null"/>: they are not.</param>
    /// <param name="options">The settings; the default ones if there are none.</param>
    /// <exception cref="ArgumentException">The executor is a process pool: see <see cref="WorkerOptions.ProcessTasks"/>.</exception>
    public WorkerHost(IBroker broker, TaskRegistry registry, IResultBackend? backend = null, WorkerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(registry);
        _broker = broker;
        _registry = registry;
        _backend = backend;
        _options = options ?? new WorkerOptions();
        if (_options.Executor?.Model == ExecutionModel.Processes)
        {
            throw new ArgumentException("A process pool is not given as an executor: WorkerOptions.ProcessTasks makes one, and the registry in each of its processes.", nameof(options));
        }
    }

    /// <summary>The worker's name among others.</summary>
    public string Name => _options.Name;

    /// <summary>Declares the queues and begins to consume.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    /// <exception cref="BrokerException">The broker cannot be reached, or refuses. It may be started again.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        _gate.Enter();
        bool wasStarted = _isStarted;
        _isStarted = true;
        _gate.Exit();
        if (wasStarted)
        {
            throw new InvalidOperationException("A worker is started once.");
        }

        try
        {
            foreach (string queue in _options.Queues)
            {
                await _broker.DeclareAsync(new QueueDefinition(queue), cancellationToken).ConfigureAwait(false);
            }

            ConsumerOptions consumer = new() { Queues = _options.Queues, Name = _options.Name, Limits = _options.Limits };
            _engine = new WorkerEngine(
                _options,
                _broker,
                await _broker.ConsumeAsync(consumer, cancellationToken).ConfigureAwait(false),
                _registry,
                _backend,
                () => _asked.TrySetResult());
        }
        catch
        {
            // It may be tried again: there was no broker yet.
            _gate.Enter();
            _isStarted = false;
            _gate.Exit();
            throw;
        }
    }

    /// <summary>Works until it is told to stop, and stops.</summary>
    /// <param name="cancellationToken">Tells it to stop; so does a command, where those are allowed to.</param>
    /// <exception cref="BrokerException">The broker cannot be reached at the start, or refuses.</exception>
    /// <exception cref="ObjectDisposedException">The broker was disposed meanwhile.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken).ConfigureAwait(false);
        await WaitForStopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Works, once started, until it is told to stop, and stops.</summary>
    internal async Task WaitForStopAsync(CancellationToken cancellationToken)
    {
        Task pump = _engine!.Pump;
        Task over = Task.WhenAny(pump, _asked.Task);
        await over.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        await pump.ConfigureAwait(false);
    }

    /// <summary>Stops: receives nothing more, gives back what does not run yet, and waits for what runs.</summary>
    /// <param name="hurry">Ends the wait: the tokens of running calls are cancelled, and what does not end soon goes back to its queue.</param>
    /// <remarks>Twice is legal, and before a start too. It takes no longer than the options' stop timeout and grace, and what writing the last results takes.</remarks>
    public Task StopAsync(CancellationToken hurry = default)
    {
        _gate.Enter();
        _stop ??= StopEngineAsync(hurry);
        _gate.Exit();
        return _stop;
    }

    /// <summary>Tells how the worker stands.</summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public WorkerStatistics GetStatistics() => _engine?.GetStatistics() ?? throw new InvalidOperationException("The worker was not started.");

    /// <summary>
    /// Tells whether the worker can do its work. It cannot before it is started and once it is told to stop, after its broker was disposed, and when
    /// nothing was delivered for <see cref="WorkerOptions.StallAfter"/> although a queue is not empty, or the broker does not answer then.
    /// </summary>
    /// <remarks>Order: none. Race: as it stood at one moment. Memory: none. Cost: no question to the broker; the worker asks that by itself.</remarks>
    public WorkerHealth CheckHealth()
    {
        _gate.Enter();
        bool isStopped = _stop is not null;
        _gate.Exit();
        return isStopped ? new WorkerHealth(false, "it was told to stop")
            : _engine is { } engine ? engine.CheckHealth()
            : new WorkerHealth(false, "it was not started");
    }

    /// <summary>Stops, as <see cref="StopAsync"/> does.</summary>
    public ValueTask DisposeAsync() => new(StopAsync());

    private async Task StopEngineAsync(CancellationToken hurry)
    {
        await Task.Yield();
        if (_engine is not null)
        {
            await _engine.StopAsync(hurry).ConfigureAwait(false);
            _engine.Dispose();
        }
    }
}
