namespace VideoQueue;

/// <summary>What became of a video. On the wire the names are in lower case.</summary>
public sealed record VideoResult(string Input, string Output, string Status);
