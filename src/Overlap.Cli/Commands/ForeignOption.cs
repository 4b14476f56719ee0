namespace Overlap.Cli.Commands;

/// <summary>What those who come from xargs or GNU parallel write out of habit, and how it is said here.</summary>
internal static class ForeignOption
{
    /// <summary>Tells how it is said here.</summary>
    /// <param name="option">An option that <c>overlap run</c> does not have, as it was written.</param>
    /// <returns>A hint; <see langword="null"/> where there is none.</returns>
    public static string? HintFor(string option)
    {
        string name = option.StartsWith("--", StringComparison.Ordinal) ? option.Split('=')[0] : option[..2];
        return name switch
        {
            "-P" or "--jobs" or "--max-procs" => "how many at a time is -j N",
            "-I" or "--replace" => "the item stands where {} does",
            "-n" or "-N" or "-L" or "-X" or "-m" or "--max-args" or "--max-lines" => "each item is a command of its own",
            "-a" or "--arg-file" => "a file of items is -i FILE",
            "-C" or "--colsep" => "columns are --columns SEP",
            "-d" or "--delimiter" => "items end with a line end, or with NUL (-0)",
            "--bar" or "--eta" or "--progress" => "how far it is shows on a terminal by itself",
            "--group" => "output is grouped unless --line-buffer or --ungroup is given",
            "-r" or "--no-run-if-empty" => "without items nothing is run",
            "--resume-failed" => "--resume does what failed, too",
            "-t" or "--verbose" => "--dry-run shows the commands",
            _ => null,
        };
    }
}
