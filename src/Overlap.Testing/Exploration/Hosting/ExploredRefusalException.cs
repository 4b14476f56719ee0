namespace Overlap.Testing.Exploration.Hosting;

/// <summary>Says in one line why an assembly cannot be explored as asked.</summary>
internal sealed class ExploredRefusalException(string message, Exception? innerException = null) : Exception(message, innerException);
