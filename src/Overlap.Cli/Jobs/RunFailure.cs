namespace Overlap.Cli.Jobs;

/// <summary>A <see cref="RunException"/> as data.</summary>
/// <param name="ExitCode">The program's exit code.</param>
/// <param name="Message">One line.</param>
internal sealed record RunFailure(int ExitCode, string Message);
