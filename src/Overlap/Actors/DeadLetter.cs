namespace Overlap.Actors;

/// <summary>A message that nobody handles.</summary>
/// <param name="Target">The path of the actor it was for; of a late reply, the one that had been asked.</param>
/// <param name="Message">The message, or the reply.</param>
/// <param name="Reason">Why nobody handles it.</param>
public sealed record DeadLetter(string Target, object? Message, DeadLetterReason Reason)
{
    /// <summary>What a function of the user threw, if that is the reason.</summary>
    public Exception? Error { get; init; }
}
