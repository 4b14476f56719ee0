namespace Overlap.Cli.Jobs;

/// <summary>The numbers with which the program ends. They are promised in docs/cli/index.md.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int SomeFailed = 1;
    public const int Usage = 2;
    public const int Halted = 4;
    public const int Environment = 5;
    public const int Deadline = 124;
    public const int Interrupted = 130;

    /// <summary>Nobody reads standard output any more: the number of a program that the system ends for it (128 + SIGPIPE).</summary>
    public const int OutputClosed = 141;

    public const int Terminated = 143;
}
