namespace Overlap.Processes.Values;

/// <summary>Writes and reads values whose type is known only when the program runs: captured variables.</summary>
internal interface IFieldCodec
{
    /// <inheritdoc cref="ValueCodec{T}.FixedSize"/>
    int FixedSize { get; }

    /// <inheritdoc cref="ValueCodec{T}.IsImmutable"/>
    bool IsImmutable { get; }

    /// <summary>Writes a value of the codec's type.</summary>
    void WriteObject(PayloadWriter writer, object? value);

    /// <summary>Reads a value of the codec's type.</summary>
    /// <exception cref="PayloadException">The bytes are no such value.</exception>
    object? ReadObject(ref PayloadReader reader);
}
