namespace Overlap.Processes.Values;

/// <summary>Writes and reads values of one type.</summary>
/// <typeparam name="T">The declared type: both sides know it, none ever comes over the wire.</typeparam>
internal abstract class ValueCodec<T>
{
    /// <summary>The size of every value, when values are copied as they lie in memory; else 0. Unit: bytes.</summary>
    public virtual int FixedSize => 0;

    /// <summary>
    /// Whether a value that is kept for later cannot be changed meanwhile: then it may be written when it is sent, and need not be when it is given.
    /// </summary>
    public virtual bool IsImmutable => FixedSize > 0;

    /// <summary>Writes a value.</summary>
    public abstract void Write(PayloadWriter writer, T value);

    /// <summary>Reads a value.</summary>
    /// <exception cref="PayloadException">The bytes are no such value.</exception>
    public abstract T Read(ref PayloadReader reader);
}
