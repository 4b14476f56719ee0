using System.CommandLine;

namespace Overlap.Cli.Commands;

/// <summary>Options that belong together, under the title that the help gives them.</summary>
internal sealed record OptionGroup(string Title, params Option[] Options);
