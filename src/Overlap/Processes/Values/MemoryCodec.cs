namespace Overlap.Processes.Values;

/// <summary>Stretches of memory that may be written: a copy of its own for whoever reads them.</summary>
internal sealed class MemoryCodec<T>(ValueCodecs codecs) : ValueCodec<Memory<T>>
{
    private readonly Elements<T> _elements = codecs.Of<T>().InARow();

    public override void Write(PayloadWriter writer, Memory<T> value) => _elements.Write(writer, value.Span);

    public override Memory<T> Read(ref PayloadReader reader) => _elements.ReadArray(ref reader);
}

/// <summary>Stretches of memory that may only be read: bytes that come through shared memory are given where they lie on the worker's side.</summary>
internal sealed class ReadOnlyMemoryCodec<T>(ValueCodecs codecs) : ValueCodec<ReadOnlyMemory<T>>
{
    private readonly Elements<T> _elements = codecs.Of<T>().InARow();

    public override void Write(PayloadWriter writer, ReadOnlyMemory<T> value) => _elements.Write(writer, value.Span);

    public override ReadOnlyMemory<T> Read(ref PayloadReader reader)
    {
        RowForm form = Elements<T>.ReadForm(ref reader);
        if (form == RowForm.None)
        {
            throw PayloadException.Nonsense("missing row");
        }

        // The memory of arguments is all workers', and mapped for reading only: nobody can be given it to write.
        return typeof(T) == typeof(byte) && form == RowForm.Blob && reader.Border.IsWorkerSide
            ? (ReadOnlyMemory<T>)(object)(ReadOnlyMemory<byte>)Blobs.Get(ref reader, Blobs.Read(ref reader, sizeof(byte)))
            : _elements.ReadArray(ref reader, form);
    }
}

/// <summary>Stretches of arrays; the rest of the array stays.</summary>
internal sealed class ArraySegmentCodec<T>(ValueCodecs codecs) : ValueCodec<ArraySegment<T>>
{
    private readonly Elements<T> _elements = codecs.Of<T>().InARow();

    public override void Write(PayloadWriter writer, ArraySegment<T> value)
    {
        if (value.Array is null)
        {
            Elements<T>.WriteNone(writer);
            return;
        }

        _elements.Write(writer, new ReadOnlySpan<T>(value.Array, value.Offset, value.Count));
    }

    public override ArraySegment<T> Read(ref PayloadReader reader)
    {
        RowForm form = Elements<T>.ReadForm(ref reader);
        return form == RowForm.None ? default : new ArraySegment<T>(_elements.ReadArray(ref reader, form));
    }
}
