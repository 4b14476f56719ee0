namespace Overlap.Distributed.Tests;

/// <summary>A message made by hand, and whether a Python worker has run it or said why not.</summary>
internal sealed record Probe(string Stack, string Name, byte[] Raw, bool IsAnswered);
