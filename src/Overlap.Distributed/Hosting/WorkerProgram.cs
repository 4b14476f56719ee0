using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Distributed.Hosting;

/// <summary>The program that runs an app's tasks: it is started with that app's own dependencies and settings, and the app's <c>Main</c> never runs.</summary>
/// <remarks>Standard output is the app's; what the worker tells goes to standard error.</remarks>
internal static class WorkerProgram
{
    // The numbers of the command line, whose place this program takes.
    private const int Done = 0;
    private const int Usage = 2;
    private const int Environment = 5;
    private const int Interrupted = 130;
    private const int Terminated = 143;

    private static readonly TimeSpan ShownAfter = TimeSpan.FromSeconds(2);

    private static async Task<int> Main(string[] words)
    {
        using LineLog log = new(Console.Error, words is [.., "json", "True"], TimeProvider.System);
        try
        {
            return await RunAsync(WorkerRequest.Parse(words), log).ConfigureAwait(false);
        }
        catch (Exception refusal) when (refusal is WorkerRefusalException or FormatException)
        {
            log.Refuse(refusal.Message.TrimEnd('.'));
            return Usage;
        }
        catch (Exception refusal) when (refusal is BrokerException or BackendException or TransportMissingException or WorkerHostException)
        {
            log.Refuse(refusal.Message.TrimEnd('.'));
            return Environment;
        }
        catch (Exception mixed) when (mixed is TypeLoadException or MissingMemberException)
        {
            log.Refuse($"the app was built against another version of a library that it carries: {mixed.Message}");
            return Environment;
        }
    }

    private static async Task<int> RunAsync(WorkerRequest request, LineLog log)
    {
        if (request.Parts.Length > 0)
        {
            TransportCatalog.AddFolder(request.Parts);
        }

        Assembly app = Load(request.App);
        TaskRegistry registry = RegistryOf(app);
        TransportSettings settings = new() { LoggerFactory = log };
        string brokerUrl = Variable(WorkerRequest.BrokerVariable);
        string backendUrl = Variable(WorkerRequest.BackendVariable);
        using WorkerSignals stop = new(log, request);
        IBroker broker = TransportCatalog.Find(brokerUrl).CreateBroker(brokerUrl, settings);
        await using ConfiguredAsyncDisposable brokerEnd = broker.ConfigureAwait(false);
        IResultBackend backend = TransportCatalog.Find(backendUrl).CreateBackend(backendUrl, settings);
        await using ConfiguredAsyncDisposable backendEnd = backend.ConfigureAwait(false);
        ThreadPoolExecutor? executor = request.Pool == WorkerPool.Threads
            ? new ThreadPoolExecutor(new ThreadPoolExecutorOptions { MaxWorkers = request.Concurrency, ThreadName = "task" })
            : null;
        try
        {
            WorkerOptions options = new()
            {
                Queues = request.Queues,
                Concurrency = request.Concurrency,
                Executor = executor,
                ProcessTasks = request.Pool == WorkerPool.Processes ? MakerOf(app) : null,
                StopTimeout = request.StopTimeout,
                LoggerFactory = log,
            };
            options = request.Name.Length > 0 ? options with { Name = request.Name } : options;
            WorkerHost worker = new(broker, registry, backend, options);
            await using ConfiguredAsyncDisposable workerEnd = worker.ConfigureAwait(false);
            await StartAsync(worker, broker, log, stop.Token).ConfigureAwait(false);
            if (!request.IsQuiet)
            {
                log.Tell(Greeting(worker.Name, request, registry, broker, backend));
            }

            using IdleMemory memory = IdleMemory.Of(worker, TimeProvider.System);
            await worker.WaitForStopAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Told to stop while it still looked for its broker.
        }
        finally
        {
            if (executor is not null)
            {
                await executor.DisposeAsync().ConfigureAwait(false);
            }
        }

        return stop.Signal switch
        {
            PosixSignal.SIGINT => Interrupted,
            PosixSignal.SIGTERM => Terminated,
            _ => Done,
        };
    }

    // The broker has its own patience; who started this learns soon what it waits for.
    private static async Task StartAsync(WorkerHost worker, IBroker broker, LineLog log, CancellationToken cancellationToken)
    {
        Task starting = worker.StartAsync(cancellationToken);
        using CancellationTokenSource started = new();
        Task patience = Task.Delay(ShownAfter, TimeProvider.System, started.Token);
        if (await Task.WhenAny(starting, patience).ConfigureAwait(false) == patience)
        {
            log.Tell($"{broker.Address} does not answer yet: trying on");
        }

        await started.CancelAsync().ConfigureAwait(false);
        await starting.ConfigureAwait(false);
    }

    private static string Variable(string name) => System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new WorkerRefusalException($"the environment has no {name}");

    private static string Greeting(string name, WorkerRequest request, TaskRegistry registry, IBroker broker, IResultBackend backend)
    {
        string results = backend.Address == broker.Address ? "" : $", results to {backend.Address}";
        string pool = request.Pool switch
        {
            WorkerPool.Threads => "on threads",
            WorkerPool.Async => "as async calls",
            _ => "in processes",
        };
        return $"worker {name} consumes {string.Join(", ", request.Queues)} at {broker.Address}{results}, {request.Concurrency} at a time {pool}; " +
            $"tasks: {string.Join(", ", registry.Definitions.Select(static task => task.Name))}";
    }

    private static Assembly Load(string path)
    {
        try
        {
            return AssemblyLoadContext.Default.LoadFromAssemblyPath(path);
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException)
        {
            throw new WorkerRefusalException($"{Path.GetFileName(path)} cannot be loaded: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private static TaskRegistry RegistryOf(Assembly app)
    {
        try
        {
            return TaskRegistry.FromAssembly(app);
        }
        catch (ArgumentException exception)
        {
            throw new WorkerRefusalException($"{app.GetName().Name} has no methods with [TaskName], or was built without the generator that finds them", exception);
        }
    }

    // A method of the app, not one of ours that would have to be told of the app: a worker process finds it by its token.
    private static Func<TaskRegistry> MakerOf(Assembly app) =>
        app.GetCustomAttribute<GeneratedTasksAttribute>()!.Type.GetMethod("Create", BindingFlags.Static | BindingFlags.Public, Type.EmptyTypes)
            ?.CreateDelegate<Func<TaskRegistry>>()
        ?? throw new WorkerRefusalException($"{app.GetName().Name} was built by another version of the generator: build it anew");
}
