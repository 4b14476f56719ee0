using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Programs;
using Overlap.Cli.Queues;
using Overlap.Distributed.Hosting;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap worker</c>: runs the tasks of an app, in a process with the app's own dependencies and settings.</summary>
internal sealed class WorkerCommand : Verb
{
    private const string Library = "Overlap.Distributed.dll";

    private readonly QueueOptions _queue = new();

    private readonly Option<string?> _app = new("--app") { HelpName = "FILE", Description = "the assembly with the tasks" };

    private readonly Option<string?> _project = new("--project") { HelpName = "DIR", Description = "the project with the tasks, built if it is stale" };

    private readonly Option<QueueNames?> _queues = ValueOption.Create(
        "--queues", "LIST", "the queues to consume, separated by commas (default: celery)", QueueNames.TryParse, QueueNames.Expected, "-Q");

    private readonly Option<Count?> _concurrency = ValueOption.Number("--concurrency", "N", "calls at the same time (default: one per core)", 1, JobOptions.MostWorkers, "-c");

    private readonly Option<PoolName?> _pool = ValueOption.Create(
        "--pool", "POOL", $"{PoolName.Expected} (default: threads)", PoolName.TryParse, PoolName.Expected).Offering(PoolName.Words);

    private readonly Option<string?> _name = new("--name", "-n") { HelpName = "NAME", Description = "the worker's name among others (default: celery@ and the machine's)" };

    private readonly Option<Duration?> _stopTimeout = ValueOption.Create(
        "--stop-timeout", "T", "how long a stop waits for what runs (default: 30s)", Duration.TryParse, Duration.Expected);

    private readonly Option<bool> _json = new("--json") { Description = "log JSON objects, one a line" };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "tell nothing but warnings and errors" };

    public override string Name => "worker";

    public override string Summary => "run the tasks of an app, as they come from a queue";

    public override string Description => """
        The app is an assembly with methods that bear [TaskName]. It runs in a process of its own, with its own dependencies
        and runtime settings; its Main does not run. Celery's clients and workers share the queues when the broker is Redis.
        The first Ctrl-C or SIGTERM takes no more and lets what runs end; the second one ends the program at once.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap worker --project samples/VideoQueue", "over the file overlap.db, with nothing to install"),
        ("overlap worker --app bin/Release/net10.0/App.dll --broker redis://localhost", "over a server, beside Celery's own"),
        ("overlap worker --project . --pool processes --concurrency 4", "a task that crashes costs only itself"),
    ];

    public override IReadOnlyList<OptionGroup> Groups =>
    [
        new OptionGroup("What runs", _app, _project),
        _queue.Group,
        new OptionGroup("How it runs", _queues, _concurrency, _pool, _name, _stopTimeout),
        new OptionGroup("Output", _json, _quiet),
    ];

    public override async Task<int> RunAsync(Invocation invocation)
    {
        ParseResult values = invocation.Values;
        string? app = values.GetValue(_app);
        string? project = values.GetValue(_project);
        if (app is null == project is null)
        {
            throw new RunException(ExitCode.Usage, app is null ? "worker needs --app FILE or --project DIR" : "worker takes --app or --project, not both");
        }

        (string broker, string backend) = _queue.UrlsOf(values, invocation.Terminal);
        QueueOptions.Find("--broker", broker);
        QueueOptions.Find("--backend", backend);
        WorkerPool pool = values.GetValue(_pool)?.Pool ?? WorkerPool.Threads;
        string assembly = app is not null
            ? Path.GetFullPath(app)
            : await ProjectBuild.EnsureAsync(project!, invocation.Terminal.Messages, invocation.Terminal.TimeProvider);
        Check(assembly, app ?? project!, pool);
        WorkerRequest request = new()
        {
            App = assembly,
            Parts = AppContext.BaseDirectory,
            Queues = values.GetValue(_queues)?.Names ?? ["celery"],
            Concurrency = values.GetValue(_concurrency)?.Value ?? Environment.ProcessorCount,
            Pool = pool,
            Name = values.GetValue(_name) ?? "",
            StopTimeout = values.GetValue(_stopTimeout)?.Value ?? TimeSpan.FromSeconds(30),
            IsQuiet = values.GetValue(_quiet),
            IsJson = values.GetValue(_json),
        };
        throw ProgramImage.Replace(
            AppStart.DotnetHost,
            AppStart.WordsOf(assembly, Library).Concat(request.ToArguments()),
            new Dictionary<string, string> { [WorkerRequest.BrokerVariable] = broker, [WorkerRequest.BackendVariable] = backend });
    }

    private static void Check(string assembly, string named, WorkerPool pool)
    {
        if (!File.Exists(assembly))
        {
            throw new RunException(ExitCode.Environment, $"cannot read {named}: no such file");
        }

        string name = Path.GetFileName(assembly);
        if (!File.Exists(Path.Combine(Path.GetDirectoryName(assembly)!, Library)))
        {
            throw new RunException(ExitCode.Usage, $"{name} has no {Library} beside it: it has no tasks, or is a library built without <EnableDynamicLoading>true</EnableDynamicLoading>");
        }

        if (pool == WorkerPool.Processes && !File.Exists(AppStart.SettingsOf(assembly)))
        {
            throw new RunException(
                ExitCode.Usage,
                $"--pool processes: {name} has no {Path.GetFileName(AppStart.SettingsOf(assembly))} beside it; build it as a program, or with <EnableDynamicLoading>true</EnableDynamicLoading>");
        }
    }
}
