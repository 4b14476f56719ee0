namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Where one run puts its files: the user's folder, or in a comparison a fresh one beside it that may take its place at the end.</summary>
internal sealed class RunFolder
{
    private readonly string _wanted;
    private readonly string? _own;
    private bool _made;

    /// <param name="folder">The user's folder.</param>
    /// <param name="place">Where this run is.</param>
    public RunFolder(string folder, RunPlace place)
    {
        _wanted = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder));
        _own = place.OwnName is null ? null : $"{_wanted}.{place.OwnName}";
    }

    /// <summary>Where the files of the run go.</summary>
    public string Path => _own ?? _wanted;

    /// <summary>Makes sure that a run in a place of its own is the only one there, and takes nothing from the user.</summary>
    /// <exception cref="RunException">Something stands where the run would put its files.</exception>
    public void Claim()
    {
        if (_own is null)
        {
            return;
        }

        if (Directory.Exists(_wanted) && Directory.EnumerateFileSystemEntries(_wanted).Any())
        {
            throw new RunException(ExitCode.Usage, $"a comparison makes its folder anew, and {UrlText.Printable(_wanted)} is not empty");
        }

        if (Directory.Exists(_own) || File.Exists(_own))
        {
            throw new RunException(ExitCode.Usage, $"{UrlText.Printable(_own)} was left by another comparison; remove it");
        }

        _made = true;
    }

    /// <summary>Puts the folder of a run in a place of its own where the user asked, or throws it away.</summary>
    public void Settle(bool keep)
    {
        if (!_made)
        {
            return;
        }

        _made = false;
        if (keep)
        {
            // Empty, or not there: see Claim.
            if (Directory.Exists(_wanted))
            {
                Directory.Delete(_wanted);
            }

            Directory.Move(_own!, _wanted);
        }
        else if (Directory.Exists(_own))
        {
            Directory.Delete(_own, recursive: true);
        }
    }
}
