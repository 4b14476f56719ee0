namespace Overlap.Cli.Jobs;

/// <summary>The run cannot go on because of the machine, not because of an item: a full disk, an unwritable folder. Exit code 5.</summary>
internal sealed class EnvironmentFailureException : Exception
{
    /// <param name="message">One line for the user, naming what failed.</param>
    /// <param name="innerException">What the system said.</param>
    public EnvironmentFailureException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
