namespace Overlap.Distributed.Tests;

/// <summary>A captured key of the result backend, or a message to those who wait for it; without bytes if it is no text.</summary>
internal sealed record GoldenResult(string Stack, string Scenario, string Key, byte[]? Raw);
