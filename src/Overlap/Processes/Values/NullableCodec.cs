namespace Overlap.Processes.Values;

/// <summary>A value that may be missing.</summary>
/// <remarks>Shape: 0, or 1 and the value.</remarks>
internal sealed class NullableCodec<T>(ValueCodecs codecs) : ValueCodec<T?>
    where T : struct
{
    private readonly ValueCodec<T> _inner = codecs.Of<T>();

    public override bool IsImmutable => _inner.IsImmutable;

    public override void Write(PayloadWriter writer, T? value)
    {
        writer.Write(value.HasValue);
        if (value.HasValue)
        {
            _inner.Write(writer, value.GetValueOrDefault());
        }
    }

    public override T? Read(ref PayloadReader reader) => reader.Read<byte>() switch
    {
        0 => null,
        1 => _inner.Read(ref reader),
        _ => throw PayloadException.Nonsense(TypeNames.Of(typeof(T?))),
    };
}
