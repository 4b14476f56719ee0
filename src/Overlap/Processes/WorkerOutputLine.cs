namespace Overlap.Processes;

/// <summary>One line that a worker process wrote to its standard output or error.</summary>
/// <param name="ProcessId">The worker.</param>
/// <param name="IsError">Whether it was written to the error stream.</param>
/// <param name="Text">The line without its end. A line over 64 KiB comes in pieces; bytes that are no UTF-8 are replaced.</param>
/// <param name="Call">
/// The number of the call that wrote it; <see langword="null"/> for what native code, a child of the worker, or the runtime itself wrote.
/// </param>
public sealed record WorkerOutputLine(int ProcessId, bool IsError, string Text, long? Call);
