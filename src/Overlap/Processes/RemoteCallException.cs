namespace Overlap.Processes;

/// <summary>A function failed in a worker process with an exception that is not made again here, because its type is not known to this process.</summary>
/// <remarks>
/// An exception whose type this process has loaded, or that was allowed, arrives as that type. All others arrive as this one: no code is ever
/// chosen by a name that another process sent.
/// </remarks>
public sealed class RemoteCallException : Exception
{
    /// <summary>Makes the exception.</summary>
    public RemoteCallException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What failed.</param>
    public RemoteCallException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What failed.</param>
    /// <param name="innerException">What caused it.</param>
    public RemoteCallException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal RemoteCallException(string remoteTypeName, string remoteMessage, string remoteStackTrace, Exception? innerException)
        : base($"{remoteTypeName}: {remoteMessage}", innerException)
    {
        RemoteTypeName = remoteTypeName;
        RemoteMessage = remoteMessage;
        RemoteStackTrace = remoteStackTrace;
    }

    /// <summary>The full name of the exception's type in the worker. Text only.</summary>
    public string RemoteTypeName { get; } = "";

    /// <summary>The message of the exception in the worker.</summary>
    public string RemoteMessage { get; } = "";

    /// <summary>Where it was thrown in the worker; empty if it was not.</summary>
    public string RemoteStackTrace { get; } = "";
}
