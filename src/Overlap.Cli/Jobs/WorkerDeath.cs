using Overlap.Processes;

namespace Overlap.Cli.Jobs;

/// <summary>Tells an item whose worker process died from one that failed.</summary>
internal static class WorkerDeath
{
    /// <summary>The word for it in <see cref="ItemResult.ErrorKind"/>.</summary>
    public const string ErrorKind = "worker-died";

    /// <summary>How the worker ended, in one line, or <see langword="null"/> when none did.</summary>
    public static string? Of(Exception? exception) => (exception as WorkerDiedException)?.Message.ReplaceLineEndings(" ");
}
