using System.Text.Json;

namespace Overlap.Benchmarks.Commands;

/// <summary>A package of Node that npm has put into the workshop, from wherever npm is set up to take packages.</summary>
/// <param name="Name">The package.</param>
/// <param name="Version">What npm chose.</param>
/// <param name="Folder">The folder whose <c>node_modules</c> holds it.</param>
internal sealed record NodePackage(string Name, string Version, string Folder)
{
    /// <summary>Installs the package; <see langword="null"/> when npm could not.</summary>
    /// <param name="specification">The package with the versions that will do, such as <c>piscina@5</c>.</param>
    public static async Task<NodePackage?> InstallAsync(Workshop workshop, string specification, TextWriter progress, CancellationToken cancellationToken)
    {
        string folder = workshop.Open("node");
        string name = specification.Split('@')[0];
        try
        {
            await ShortCommand.RunAsync(
                "npm", ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--loglevel=error", specification], cancellationToken);
            string description = Path.Combine(folder, "node_modules", name, "package.json");
            using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(description, cancellationToken));
            return new NodePackage(name, document.RootElement.GetProperty("version").GetString()!, folder);
        }
        catch (InvalidOperationException exception)
        {
            progress.WriteLine($"not installed, its figures are quoted: {specification}. {exception.Message}");
            return null;
        }
    }
}
