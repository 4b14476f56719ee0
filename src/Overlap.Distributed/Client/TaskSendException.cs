using System.Collections.Immutable;

namespace Overlap.Distributed.Client;

/// <summary>Calls could not be sent, or nobody knows whether they were.</summary>
/// <param name="message">One line that says what was tried.</param>
/// <param name="outcome">What is known: <see cref="SendOutcome.Unknown"/> or <see cref="SendOutcome.Refused"/>.</param>
/// <param name="taskIds">The ids of the calls; to send them again, say these.</param>
/// <param name="innerException">What the broker said.</param>
public sealed class TaskSendException(string message, SendOutcome outcome, ImmutableArray<string> taskIds, Exception innerException)
    : Exception(message, innerException)
{
    /// <summary>What is known.</summary>
    public SendOutcome Outcome { get; } = outcome;

    /// <summary>The ids of the calls.</summary>
    public ImmutableArray<string> TaskIds { get; } = taskIds;
}
