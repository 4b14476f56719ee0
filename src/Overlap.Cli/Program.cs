using Overlap.Cli.Commands;
using Overlap.Cli.Rendering;

// Not awaited: an asynchronous Main is compiled as the program starts, a few milliseconds that every start would pay.
return CommandLine.RunAsync(args, Terminal.OfProcess()).GetAwaiter().GetResult();
