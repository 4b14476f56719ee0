using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using Overlap.Processes.Hosting;

namespace Overlap.Processes.Workers;

/// <summary>Decides what stands in a worker's environment: the program's own, but for what is meant for the program alone.</summary>
internal static class WorkerEnvironment
{
    // What would happen once more in every worker: code of others before Main, a profiler, a wait for a tool to attach.
    private static readonly string[] NotForWorkers =
    [
        "DOTNET_STARTUP_HOOKS", "DOTNET_DiagnosticPorts",
        "CORECLR_ENABLE_PROFILING", "CORECLR_PROFILER", "DOTNET_ENABLE_PROFILING", "DOTNET_PROFILER",
    ];

    // What suits a worker, where nobody said otherwise. Settings of the compiler are not among them: none shortened the start measurably.
    private static readonly (string Name, string Value)[] Defaults =
    [
        // No file in the folder of temporary files, which a killed worker would leave behind.
        ("DOTNET_EnableDiagnostics", "0"),
        // One worker is one of many: a heap per processor would be one per processor and worker.
        ("DOTNET_gcServer", "0"),
    ];

    public static List<string> Compose(WorkerLaunch launch, HostLocation? host, WorkerCookie cookie)
    {
        Dictionary<string, string?> variables = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value;
        }

        foreach (string name in NotForWorkers)
        {
            _ = variables.Remove(name);
        }

        foreach ((string name, string value) in Defaults)
        {
            _ = variables.TryAdd(name, value);
        }

        if (launch.Limits.ManagedMemory is { } bytes)
        {
            variables["DOTNET_GCHeapHardLimit"] = bytes.ToString("x", CultureInfo.InvariantCulture);
        }

        Add(variables, host?.Environment);
        Add(variables, launch.Environment);
        variables[WorkerCookie.Variable] = cookie.Value;

        // By hand: the first worker of a program waits for what a query would compile.
        List<string> composed = new(variables.Count);
        foreach ((string name, string? value) in variables)
        {
            if (value is not null)
            {
                composed.Add($"{name}={value}");
            }
        }

        return composed;
    }

    private static void Add(Dictionary<string, string?> variables, IReadOnlyDictionary<string, string?>? additions)
    {
        foreach ((string name, string? value) in additions ?? ReadOnlyDictionary<string, string?>.Empty)
        {
            variables[name] = value;
        }
    }
}
