namespace Overlap.Testing.Exploration;

/// <summary>An exploration found an interleaving that breaks its program.</summary>
public sealed class ExplorationException : Exception
{
    /// <summary>Makes the exception; its message is the whole story.</summary>
    /// <param name="result">The exploration, with its failure.</param>
    public ExplorationException(ExplorationResult result)
        : base((result ?? throw new ArgumentNullException(nameof(result))).ToString(), result.Failure?.Exception)
    {
        Result = result;
    }

    /// <summary>The exploration.</summary>
    public ExplorationResult Result { get; }
}
