namespace Overlap.Cli.Jobs.Run.Inputs;

/// <summary>A piece of the input between two ends.</summary>
/// <param name="Bytes">Its bytes, without the end; the beginning, when there is a problem.</param>
/// <param name="Problem">Why it cannot be used; <see langword="null"/> when it can.</param>
internal readonly record struct InputRecord(byte[] Bytes, string? Problem);
