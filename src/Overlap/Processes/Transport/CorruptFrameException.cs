namespace Overlap.Processes.Transport;

/// <summary>The other process wrote into its ring what no process of this build writes.</summary>
internal sealed class CorruptFrameException(string message) : Exception(message);
