namespace Overlap.Processes.Values;

/// <summary>A value is larger than what can be sent to another process in one piece.</summary>
internal sealed class ValueTooLargeException() : Exception("The value is larger than 2 GiB less 64 KiB, the most that can be sent in one piece.");
