namespace Overlap.Distributed.Hosting;

/// <summary>The assembly that a URL needs is not here, or does not fit. The message is one line.</summary>
internal sealed class TransportMissingException(string message, Exception? innerException = null) : Exception(message, innerException);
