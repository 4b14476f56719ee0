using System.Diagnostics;

namespace Overlap.Benchmarks.Commands;

/// <summary>Sees to it that the peers are there: installs them where it may, and says the exact command where it may not.</summary>
internal sealed class Installer(TextWriter progress)
{
    private readonly Dictionary<string, string> _versions = [];

    /// <summary>The peers found, with their versions.</summary>
    public IReadOnlyDictionary<string, string> Versions => _versions;

    /// <summary>Gives the names of the peers that are there after all was tried.</summary>
    public async Task<IReadOnlyList<Requirement>> EnsureAsync(IReadOnlyList<Requirement> requirements, CancellationToken cancellationToken)
    {
        List<Requirement> missing = await FindMissingAsync(requirements, cancellationToken);
        if (missing.Count > 0)
        {
            string[] packages = [.. missing.Select(static requirement => requirement.Package)];
            string command = $"apt-get install --yes --no-install-recommends {string.Join(' ', packages)}";
            if (Environment.IsPrivilegedProcess && File.Exists("/usr/bin/apt-get"))
            {
                progress.WriteLine($"installing: {command}");
                await InstallAsync(packages, cancellationToken);
                missing = await FindMissingAsync(missing, cancellationToken);
            }

            if (missing.Count > 0)
            {
                progress.WriteLine($"not installed, left out: {string.Join(", ", missing.Select(static requirement => requirement.Name))}. To install: sudo {command}");
            }
        }

        return [.. requirements.Except(missing)];
    }

    private async Task<List<Requirement>> FindMissingAsync(IReadOnlyList<Requirement> requirements, CancellationToken cancellationToken)
    {
        List<Requirement> missing = [];
        foreach (Requirement requirement in requirements)
        {
            if (await requirement.FindVersionAsync(cancellationToken) is { } version)
            {
                _versions[requirement.Name] = version;
            }
            else
            {
                missing.Add(requirement);
            }
        }

        return missing;
    }

    private async Task InstallAsync(string[] packages, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("apt-get", ["install", "--yes", "--no-install-recommends", .. packages]) { RedirectStandardOutput = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using Process process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            progress.WriteLine($"apt-get ended with {process.ExitCode}; `apt-get update` may be needed first");
        }
    }
}
