using System.Diagnostics;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Programs;

/// <summary>Builds a project if what was built of it is older than its sources; of two that start at the same time one builds and the other waits.</summary>
internal static class ProjectBuild
{
    private const string LockName = "overlap.lock";

    /// <summary>Gives the project's assembly, built.</summary>
    /// <param name="path">The project's folder or file.</param>
    /// <param name="messages">Takes what the build says.</param>
    /// <param name="clock">The clock.</param>
    public static async Task<string> EnsureAsync(string path, Messages messages, TimeProvider clock)
    {
        ProjectOutput output = ProjectOutput.Of(path);
        if (output.FindAssembly() is { } fresh && !output.IsStale(fresh))
        {
            return fresh;
        }

        using FileStream held = await LockAsync(output, messages);

        // Another start may have built while this one waited.
        if (output.FindAssembly() is { } built && !output.IsStale(built))
        {
            return built;
        }

        // The stamp is older than anything changed while the build ran: such a change makes the next start build again.
        DateTime begun = clock.GetUtcNow().UtcDateTime;
        messages.WriteLine($"overlap: building {output.Name} ...");
        if (await RunAsync(output, ["build", output.Project, "--verbosity", "quiet", "--nologo", "-consoleLoggerParameters:NoSummary", "-p:UseSharedCompilation=false", "-nodeReuse:false"], messages.WriteLine) != 0)
        {
            throw new RunException(ExitCode.Environment, $"{output.Name} could not be built");
        }

        string assembly = output.FindAssembly() ?? await AskAsync(output);
        ProjectOutput.Stamp(assembly, begun);
        return assembly;
    }

    // A project may put its output anywhere; the build knows.
    private static async Task<string> AskAsync(ProjectOutput output)
    {
        List<string> lines = [];
        int exitCode = await RunAsync(output, ["msbuild", output.Project, "-getProperty:TargetPath", "--nologo"], lines.Add);
        return exitCode == 0 && lines.Find(static line => line.Length > 0) is { } path && File.Exists(path)
            ? path
            : throw new RunException(ExitCode.Environment, $"{output.Name} was built, but its assembly is not to be found; name it by --app");
    }

    private static async Task<int> RunAsync(ProjectOutput output, IEnumerable<string> words, Action<string> onLine)
    {
        ProcessStartInfo start = new(AppStart.DotnetHost, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = output.Folder,
        };
        using Process process = Process.Start(start) ?? throw new RunException(ExitCode.Environment, "cannot start dotnet");
        await Task.WhenAll(ForwardAsync(process.StandardOutput, onLine), ForwardAsync(process.StandardError, onLine));
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static async Task ForwardAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length > 0)
            {
                onLine(line);
            }
        }
    }

    private static async Task<FileStream> LockAsync(ProjectOutput output, Messages messages)
    {
        Directory.CreateDirectory(output.IntermediateFolder);
        FileStream file = new(Path.Combine(output.IntermediateFolder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (Libc.Lock((int)file.SafeFileHandle.DangerousGetHandle(), Libc.LockExclusiveNow) == 0)
        {
            return file;
        }

        messages.WriteLine($"overlap: waiting for another build of {output.Name} ...");

        // On a thread of its own: the system's call waits until the other build has ended.
        await Task.Factory.StartNew(
            () => Libc.Lock((int)file.SafeFileHandle.DangerousGetHandle(), Libc.LockExclusive),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return file;
    }
}
