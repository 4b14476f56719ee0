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

    /// <summary>Whether an exception says that a file cannot be used.</summary>
    /// <remarks>Of a file that would grow beyond the user's limit (<c>EFBIG</c>, <c>ulimit -f</c>) the framework makes an exception about arguments.</remarks>
    public static bool IsOfFile(Exception exception) => exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    private static string ReasonOf(Exception cause)
    {
        string reason = cause switch
        {
            UnauthorizedAccessException => "permission denied",
            DirectoryNotFoundException => "no such folder",
            FileNotFoundException => "no such file",
            ArgumentOutOfRangeException => "the file would be larger than the user's limit (ulimit -f)",

            // The framework's message is "<the system's reason> : '<path>'".
            _ => cause.Message.Split(" : '")[0],
        };
        return reason.ReplaceLineEndings(" ").TrimEnd('.');
    }
}
