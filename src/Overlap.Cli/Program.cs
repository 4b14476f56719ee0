using System.CommandLine;

RootCommand root = new("Makes slow programs fast by overlapping their work.");
return await root.Parse(args).InvokeAsync();
