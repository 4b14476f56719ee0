using System.CommandLine;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Commands;

/// <summary>One call of the program: what was asked, in what world.</summary>
/// <param name="Arguments">The words of the command line as they came.</param>
/// <param name="Values">The options' values.</param>
/// <param name="Terminal">Where to write.</param>
internal sealed record Invocation(IReadOnlyList<string> Arguments, ParseResult Values, Terminal Terminal);
