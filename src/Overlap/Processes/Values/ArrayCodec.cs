namespace Overlap.Processes.Values;

/// <summary>Arrays of one dimension.</summary>
internal sealed class ArrayCodec<T>(ValueCodecs codecs) : ValueCodec<T[]?>
{
    private readonly Elements<T> _elements = codecs.Of<T>().InARow();

    public override void Write(PayloadWriter writer, T[]? value)
    {
        if (value is null)
        {
            Elements<T>.WriteNone(writer);
            return;
        }

        // Not AsSpan(): that refuses an array of a derived type.
        _elements.Write(writer, new ReadOnlySpan<T>(value));
    }

    public override T[]? Read(ref PayloadReader reader)
    {
        RowForm form = Elements<T>.ReadForm(ref reader);
        return form == RowForm.None ? null : _elements.ReadArray(ref reader, form);
    }
}
