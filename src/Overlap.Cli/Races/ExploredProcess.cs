using System.Diagnostics;
using System.Text.Json;
using Overlap.Cli.Jobs;
using Overlap.Cli.Programs;
using Overlap.Testing.Exploration.Hosting;

namespace Overlap.Cli.Races;

/// <summary>Explores the methods of an assembly in a process of its own, with that assembly's dependencies and runtime settings.</summary>
/// <remarks>The program and the assembly may be of different builds: between them there is only text.</remarks>
internal static class ExploredProcess
{
    private const string Library = "Overlap.Testing.dll";

    /// <summary>Runs what is asked.</summary>
    /// <param name="request">Which programs of which assembly, and how.</param>
    /// <param name="progress">Told the program that runs and its schedules so far.</param>
    /// <param name="errors">Takes what the explored code prints.</param>
    public static async Task<IReadOnlyList<RaceReport>> RunAsync(ExploredRequest request, Action<string, int> progress, Action<string> errors)
    {
        using Process process = Process.Start(StartOf(request))
            ?? throw new RunException(ExitCode.Environment, "cannot start dotnet");
        Task forwarding = ForwardAsync(process.StandardError, errors);
        List<RaceReport> reports = [];
        string running = "";
        string? refusal = null;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            using JsonDocument message = Read(line);
            foreach (JsonProperty word in message.RootElement.EnumerateObject())
            {
                switch (word.Name)
                {
                    case "begin":
                        running = word.Value.GetString()!;
                        progress(running, 0);
                        break;
                    case "schedules":
                        progress(running, word.Value.GetInt32());
                        break;
                    case "refusal":
                        refusal = word.Value.GetString();
                        break;
                    case "result":
                        reports.Add(new RaceReport(word.Value.Clone(), message.RootElement.GetProperty("text").GetString()!));
                        break;
                }
            }
        }

        await process.WaitForExitAsync();
        await forwarding;
        if (refusal is not null)
        {
            throw new RunException(ExitCode.Usage, refusal);
        }

        return process.ExitCode == 0
            ? reports
            : throw new RunException(ExitCode.Environment, $"exploring {Path.GetFileName(request.Assembly)} ended with exit code {process.ExitCode} in {(running.Length > 0 ? running : "its start")}");
    }

    private static JsonDocument Read(string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException exception)
        {
            throw new RunException(ExitCode.Environment, "the exploring process said what is no message: is the assembly's Overlap.Testing of another version?", exception);
        }
    }

    private static ProcessStartInfo StartOf(ExploredRequest request)
    {
        string path = Path.GetFullPath(request.Assembly);
        if (!File.Exists(path))
        {
            throw new RunException(ExitCode.Environment, $"cannot read {request.Assembly}: no such file");
        }

        string library = Path.Combine(Path.GetDirectoryName(path)!, Library);
        if (!File.Exists(library))
        {
            throw new RunException(ExitCode.Usage, $"{Path.GetFileName(path)} has no {Library} beside it: it has no explored methods");
        }

        ProcessStartInfo start = new(AppStart.DotnetHost) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in AppStart.WordsOf(path, Library).Concat((request with { Assembly = path }).ToArguments()))
        {
            start.ArgumentList.Add(word);
        }

        return start;
    }

    private static async Task ForwardAsync(StreamReader reader, Action<string> errors)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            errors(line);
        }
    }
}
