using System.Runtime.InteropServices;

namespace Overlap.Processes.Workers;

/// <summary>What a worker process is started with.</summary>
internal sealed record WorkerLaunch
{
    /// <summary>The number that the first of <see cref="Inherited"/> has in the child.</summary>
    public const int FirstInherited = 4;

    /// <summary>Descriptors that the child gets as 4, 5, 6 …; 3 is the control socket.</summary>
    public required IReadOnlyList<SafeHandle> Inherited { get; init; }

    /// <summary>Variables set beside the program's own; <see langword="null"/> removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public WorkerLimits Limits { get; init; } = new();

    /// <summary>The child's working folder. Default: the program's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Another program with its arguments in place of the worker program. Default: the worker program.</summary>
    public IReadOnlyList<string>? Command { get; init; }
}
