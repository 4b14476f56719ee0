using Overlap.Cli.Jobs;

namespace Overlap.Cli.Advising;

/// <summary>How a job is probed.</summary>
internal sealed record ProbeSettings
{
    /// <summary>Whether items may be done again when they run out.</summary>
    public required bool MayRepeat { get; init; }

    /// <summary>Whether the items are commands of the system.</summary>
    public bool IsCommand { get; init; }

    /// <summary>How often and how long an item is tried.</summary>
    public AttemptPolicy Attempts { get; init; } = new();

    /// <summary>Called before each part is run.</summary>
    public Action BeforeRun { get; init; } = static () => { };
}
