namespace Overlap.Distributed.Hosting;

/// <summary>Says in one line why an app's tasks cannot be run as asked.</summary>
internal sealed class WorkerRefusalException(string message, Exception? innerException = null) : Exception(message, innerException);
