namespace Overlap.Actors;

/// <summary>The exception of an ask that was not answered in time; it says what the actor was doing instead.</summary>
public sealed class AskTimeoutException : TimeoutException
{
    internal AskTimeoutException(string target, string messageType, TimeSpan deadline, int queueLength, object? handling, TimeSpan? handlingFor)
        : base(Text(target, messageType, deadline, queueLength, handling, handlingFor))
    {
        Target = target;
        MessageType = messageType;
        Deadline = deadline;
        QueueLength = queueLength;
        Handling = handling;
        HandlingFor = handlingFor;
    }

    /// <summary>The path of the actor that was asked.</summary>
    public string Target { get; }

    /// <summary>The type of the message that asked.</summary>
    public string MessageType { get; }

    /// <summary>How long the answer was waited for.</summary>
    public TimeSpan Deadline { get; }

    /// <summary>The messages that waited for the actor when the time was over.</summary>
    public int QueueLength { get; }

    /// <summary>The message whose handler was waiting for something at that moment; <see langword="null"/> if there was none, or if a handler held its thread.</summary>
    public object? Handling { get; }

    /// <summary>For how long it had waited. Of a handler that held its thread at least this long, or <see langword="null"/> if none did.</summary>
    public TimeSpan? HandlingFor { get; }

    private static string Text(string target, string messageType, TimeSpan deadline, int queueLength, object? handling, TimeSpan? handlingFor)
    {
        string doing = (handling, handlingFor) switch
        {
            (not null, _) => $"it has been handling {handling} for {handlingFor}",
            (null, not null) => $"it has been handling one message, without giving its thread back, for at least {handlingFor}",
            _ => "it handles nothing: the message was handled without an answer, or is queued behind others",
        };
        return $"{target} did not answer {messageType} within {deadline}; {queueLength} messages wait for it, and {doing}.";
    }
}
