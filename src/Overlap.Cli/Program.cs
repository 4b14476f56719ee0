using Overlap.Cli.Commands;
using Overlap.Cli.Rendering;

return await CommandLine.RunAsync(args, Terminal.OfProcess());
