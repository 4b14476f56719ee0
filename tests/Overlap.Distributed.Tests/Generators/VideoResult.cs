namespace Overlap.Distributed.Tests.Generators;

public sealed record VideoResult(string Input, string Output, string Status);
