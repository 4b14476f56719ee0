namespace Overlap.Cli.Jobs;

/// <summary>Ends the whole run with one line on standard error.</summary>
internal sealed class RunException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The program's exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>Names a file that cannot be used and why, without the words of the framework around the reason.</summary>
    public static RunException File(string what, string path, Exception cause) => new(
        Jobs.ExitCode.Environment,
        $"{what} {path}: {ReasonOf(cause)}",
        cause);

    private static string ReasonOf(Exception cause)
    {
        string reason = cause switch
        {
            UnauthorizedAccessException => "permission denied",
            DirectoryNotFoundException => "no such folder",
            FileNotFoundException => "no such file",

            // The framework's message is "<the system's reason> : '<path>'".
            _ => cause.Message.Split(" : '")[0],
        };
        return reason.ReplaceLineEndings(" ").TrimEnd('.');
    }
}
