namespace Overlap.Distributed.Tests;

/// <summary>A captured element of a Redis list.</summary>
internal sealed record GoldenMessage(string Stack, string Scenario, byte[] Raw);
