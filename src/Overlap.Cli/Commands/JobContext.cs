using Overlap.Cli.Rendering;

namespace Overlap.Cli.Commands;

/// <summary>What a job may need of the world around it.</summary>
/// <param name="Terminal">Standard input, and where to warn.</param>
/// <param name="Resume">Whether the user asked to go on with an earlier run.</param>
internal sealed record JobContext(Terminal Terminal, bool Resume)
{
    /// <summary>Standard input, or what stands for it.</summary>
    public Stream Input { get; init; } = Terminal.Input;

    public TimeProvider TimeProvider => Terminal.TimeProvider;
}
