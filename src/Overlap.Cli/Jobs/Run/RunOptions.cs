using Overlap.Cli.Jobs.Run.Inputs;
using Overlap.Cli.Jobs.Run.Starts;

namespace Overlap.Cli.Jobs.Run;

/// <summary>The settings of <c>overlap run</c>.</summary>
internal sealed record RunOptions
{
    /// <summary>The words of the command, with placeholders. Empty only with a shell: then each item is a command.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Whether a shell reads the command.</summary>
    public bool Shell { get; init; }

    /// <summary>Where the items come from.</summary>
    public required InputOptions Input { get; init; }

    /// <summary>What must hold before a further command starts.</summary>
    public StartConditions Starts { get; init; } = new();

    /// <summary>What is added to the niceness of commands. Default: 0.</summary>
    public int Nice { get; init; }

    /// <summary>How often and how long an item is tried.</summary>
    public AttemptPolicy Attempts { get; init; } = new();
}
