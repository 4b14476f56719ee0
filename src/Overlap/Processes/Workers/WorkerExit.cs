using Overlap.Processes.Native;

namespace Overlap.Processes.Workers;

/// <summary>How a worker process ended.</summary>
/// <param name="ExitCode">What it returned; <see langword="null"/> when a signal ended it or nobody can tell.</param>
/// <param name="Signal">The signal that ended it; <see langword="null"/> when it returned or nobody can tell.</param>
/// <param name="LastErrorLines">The last lines of its error stream, oldest first, led by the runtime's own words of a fatal error if there were any.</param>
internal readonly record struct WorkerExit(int? ExitCode, int? Signal, IReadOnlyList<string> LastErrorLines)
{
    // What a program returns whose runtime turned SIGTERM into an orderly end.
    private const int ExitCodeOfTerminate = 128 + SignalNumber.Terminate;

    /// <summary>Reads a status as the kernel packs it: the signal in the low seven bits, the exit code in the byte above.</summary>
    public static WorkerExit FromStatus(int status, IReadOnlyList<string> lastErrorLines) => (status & 0x7f) is int signal and not 0
        ? new(null, signal, lastErrorLines)
        : new((status >> 8) & 0xff, null, lastErrorLines);

    /// <summary>Tells the end in words that continue "the worker process".</summary>
    public string Describe() => this switch
    {
        { Signal: SignalNumber.Abort } when Heading("Stack overflow") => "ended by a stack overflow (signal 6, SIGABRT)",
        { Signal: SignalNumber.Abort } when Heading("Unhandled exception") => "ended by an unhandled exception (signal 6, SIGABRT)",
        { Signal: SignalNumber.Abort } when Heading("Out of memory") => "ended by lack of memory (signal 6, SIGABRT)",
        { Signal: SignalNumber.Abort } => "ended by FailFast/abort (signal 6, SIGABRT)",
        { Signal: SignalNumber.CpuTimeExceeded } => "used up its processor time (signal 24, SIGXCPU)",
        { Signal: int signal } => $"was killed by signal {signal} ({SignalNumber.NameOf(signal)})",
        { ExitCode: ExitCodeOfTerminate } => "ended because of SIGTERM (exit code 143)",
        { ExitCode: int code } => $"exited with code {code}",
        _ => "ended; other code of this program took its exit status",
    };

    private bool Heading(string words) => LastErrorLines.Any(line => line.StartsWith(words, StringComparison.Ordinal));
}
