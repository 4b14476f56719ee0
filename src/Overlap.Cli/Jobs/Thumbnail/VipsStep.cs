namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>An operation of the library, by its name, with its arguments as texts.</summary>
internal sealed record VipsStep(string Operation, params (string Name, string Value)[] Arguments);
