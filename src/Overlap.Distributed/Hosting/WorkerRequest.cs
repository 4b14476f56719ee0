using System.Collections.Immutable;
using System.Globalization;

namespace Overlap.Distributed.Hosting;

/// <summary>What the command line asks of the program that runs an app's tasks: pairs of a name and a value, so that builds of different days understand each other.</summary>
/// <remarks>URLs are not among the words, for they may hold passwords, and words of a command can be read by all: they are in the environment.</remarks>
internal sealed record WorkerRequest
{
    /// <summary>The environment's variable with the broker's URL.</summary>
    public const string BrokerVariable = "OVERLAP_BROKER";

    /// <summary>The environment's variable with the result backend's URL.</summary>
    public const string BackendVariable = "OVERLAP_BACKEND";

    /// <summary>The path of the app's assembly.</summary>
    public required string App { get; init; }

    /// <summary>The folder of the command line, with assemblies that the app may lack; empty: none.</summary>
    public string Parts { get; init; } = "";

    /// <summary>The queues to consume.</summary>
    public ImmutableArray<string> Queues { get; init; } = ["celery"];

    /// <summary>How many calls run at a time.</summary>
    public int Concurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>What runs them.</summary>
    public WorkerPool Pool { get; init; }

    /// <summary>The worker's name; empty: the usual one.</summary>
    public string Name { get; init; } = "";

    /// <summary>How long a stop waits for what runs.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether nothing is told but warnings and errors.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Whether what is told are JSON objects, one a line.</summary>
    public bool IsJson { get; init; }

    /// <summary>The words to start the program with; <see cref="Parse"/> reads them.</summary>
    public string[] ToArguments() =>
    [
        "app", App, "parts", Parts, "queues", string.Join(',', Queues), "concurrency", Concurrency.ToString(CultureInfo.InvariantCulture), "pool", Pool.ToString(),
        "name", Name, "stop", StopTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture), "quiet", IsQuiet.ToString(), "json", IsJson.ToString(),
    ];

    /// <summary>Reads the words of <see cref="ToArguments"/>.</summary>
    /// <exception cref="WorkerRefusalException">They are none.</exception>
    public static WorkerRequest Parse(string[] words)
    {
        if (words is not ["app", { Length: > 0 } app, ..] || words.Length % 2 != 0)
        {
            throw new WorkerRefusalException("this program is started by overlap worker");
        }

        WorkerRequest request = new() { App = app };
        foreach (string[] pair in words.Chunk(2))
        {
            request = With(request, pair[0], pair[1]);
        }

        return request;
    }

    private static WorkerRequest With(WorkerRequest request, string name, string value) => name switch
    {
        "app" => request,
        "parts" => request with { Parts = value },
        "queues" => request with { Queues = [.. value.Split(',')] },
        "concurrency" => request with { Concurrency = int.Parse(value, CultureInfo.InvariantCulture) },
        "pool" => request with { Pool = Enum.Parse<WorkerPool>(value) },
        "name" => request with { Name = value },
        "stop" => request with { StopTimeout = TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture)) },
        "quiet" => request with { IsQuiet = bool.Parse(value) },
        "json" => request with { IsJson = bool.Parse(value) },
        _ => throw new WorkerRefusalException($"the app's Overlap.Distributed does not know '{name}' of this command line: it is older"),
    };
}
