namespace Overlap.Testing;

/// <summary>A step cannot begin because its sequence was broken: by the test, or because another party gave up its wait.</summary>
public sealed class SequenceBrokenException : InvalidOperationException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="reason">Why the sequence was broken.</param>
    public SequenceBrokenException(string reason)
        : base($"The sequence is broken. {reason}")
    {
        Reason = reason;
    }

    /// <summary>Why the sequence was broken.</summary>
    public string Reason { get; }
}
