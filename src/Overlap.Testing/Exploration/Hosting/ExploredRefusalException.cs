namespace Overlap.Testing.Exploration.Hosting;

/// <summary>Says in one line why an assembly cannot be explored as asked.</summary>
internal sealed class ExploredRefusalException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Takes the reason of an argument that was refused, without the parameter's name that the framework adds.</summary>
    public static ExploredRefusalException Of(ArgumentException exception)
    {
        int end = exception.Message.LastIndexOf(" (Parameter ", StringComparison.Ordinal);
        return new ExploredRefusalException((end < 0 ? exception.Message : exception.Message[..end]).TrimEnd('.'), exception);
    }
}
