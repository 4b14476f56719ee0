using System.CommandLine;

namespace Overlap.Cli.Completions;

/// <summary>An option as a shell sees it.</summary>
/// <param name="Names">Its names, short ones first.</param>
/// <param name="Description">What it is for, in one line.</param>
/// <param name="Value">What follows it.</param>
internal sealed record CompletedOption(IReadOnlyList<string> Names, string Description, CompletedValue Value)
{
    public static readonly CompletedOption Help = new(["-h", "--help"], "tell about this verb", CompletedValue.None);

    public static CompletedOption Of(Option option) => new(
        [.. option.Aliases.Append(option.Name).OrderBy(static name => name.StartsWith("--", StringComparison.Ordinal))],
        option.Description ?? "",
        CompletedValue.Of(option));
}
