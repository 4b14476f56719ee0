namespace Overlap.Distributed.Protocol;

/// <summary>A message is not what its form says.</summary>
/// <param name="defect">What is wrong with it.</param>
/// <param name="message">One line that tells what was found, and where.</param>
/// <param name="innerException">What noticed it.</param>
public sealed class MessageFormatException(MessageDefect defect, string message, Exception? innerException = null)
    : FormatException(message, innerException)
{
    /// <summary>What is wrong with it.</summary>
    public MessageDefect Defect { get; } = defect;
}
