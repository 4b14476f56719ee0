namespace Overlap.Processes.Values;

/// <summary>Writes and reads values of one type.</summary>
/// <typeparam name="T">The declared type: both sides know it, none ever comes over the wire.</typeparam>
internal abstract class ValueCodec<T> : IFieldCodec
{
    /// <summary>
    /// The size of every value, when values are copied as they lie in memory; else 0. Unit: bytes.
    /// Even then they are read by <see cref="Read"/>: not every stretch of that size is a value.
    /// </summary>
    public virtual int FixedSize => 0;

    /// <summary>The fewest bytes that a value takes, so that a count can be doubted before room is made for it. Unit: bytes.</summary>
    public virtual int LeastSize => Math.Max(FixedSize, 1);

    /// <summary>Whether any bytes of that size are a value: then many are read in one copy.</summary>
    public virtual bool TakesAnyBytes => false;

    /// <summary>
    /// Whether a value that is kept for later cannot be changed meanwhile: then it may be written when it is sent, and need not be when it is given.
    /// What the border must number (tokens, receivers of progress) is not such a value: only while it is given there is a call whose border it is.
    /// </summary>
    public virtual bool IsImmutable => FixedSize > 0;

    /// <summary>Writes a value.</summary>
    /// <exception cref="NotPortableException">This very value cannot travel, though others of its type can. What was written of it stays until it is truncated.</exception>
    public abstract void Write(PayloadWriter writer, T value);

    /// <summary>Reads a value.</summary>
    /// <exception cref="PayloadException">The bytes are no such value.</exception>
    public abstract T Read(ref PayloadReader reader);

    /// <summary>Gives the form of many values in a row.</summary>
    public virtual Elements<T> InARow() => new CodedElements<T>(this);

    public void WriteObject(PayloadWriter writer, object? value) => Write(writer, (T)value!);

    public object? ReadObject(ref PayloadReader reader) => Read(ref reader);
}
