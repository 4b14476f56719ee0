namespace Overlap.Cli.Jobs.Fetch;

/// <summary>One line of the list, or the reason why it could not be read as text.</summary>
internal readonly record struct InputLine(long Number, string? Text, string? Problem);
