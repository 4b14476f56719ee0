namespace Overlap.Distributed.Brokers;

/// <summary>The broker cannot be reached, or refuses.</summary>
/// <param name="message">One line that names what was tried, where, and why it did not go.</param>
/// <param name="innerException">What noticed it.</param>
public class BrokerException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether to try again later may help; not with a wrong password.</summary>
    public bool IsTransient { get; init; } = true;
}
