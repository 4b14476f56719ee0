namespace Overlap.Testing.Exploration;

/// <summary>The results of concurrent calls are those of no order of the same calls one after the other.</summary>
/// <remarks>Thrown in an explored program it is a failure of the kind <see cref="FailureKind.NotLinearizable"/>.</remarks>
public sealed class NotLinearizableException : Exception
{
    /// <summary>Makes the exception; its message is the whole story.</summary>
    /// <param name="result">The judgement.</param>
    public NotLinearizableException(LinearizabilityResult result)
        : base((result ?? throw new ArgumentNullException(nameof(result))).ToString()) => Result = result;

    /// <summary>The judgement.</summary>
    public LinearizabilityResult Result { get; }
}
