namespace Overlap.Processes.Values;

/// <summary>Writes and reads many values in a row: what arrays, lists and their like have in common.</summary>
/// <remarks>Shape: one byte of <see cref="RowForm"/>, then what that form says.</remarks>
internal abstract class Elements<T>
{
    /// <summary>Writes that there is no row, which is not an empty one.</summary>
    public static void WriteNone(PayloadWriter writer) => writer.Write((byte)RowForm.None);

    /// <summary>Reads the form, with which one of the other readers is called unless it is <see cref="RowForm.None"/>.</summary>
    public static RowForm ReadForm(ref PayloadReader reader)
    {
        byte form = reader.Read<byte>();
        return form <= (byte)RowForm.Blob ? (RowForm)form : throw PayloadException.Nonsense("form of a row");
    }

    public abstract void Write(PayloadWriter writer, ReadOnlySpan<T> items);

    public abstract T[] ReadArray(ref PayloadReader reader, RowForm form);

    public abstract List<T> ReadList(ref PayloadReader reader, RowForm form);

    /// <summary>Reads a row that must be there.</summary>
    public T[] ReadArray(ref PayloadReader reader)
    {
        RowForm form = ReadForm(ref reader);
        return form != RowForm.None ? ReadArray(ref reader, form) : throw PayloadException.Nonsense("missing row");
    }
}

/// <summary>How a row of values is written.</summary>
internal enum RowForm : byte
{
    /// <summary>There is none.</summary>
    None = 0,

    /// <summary>The count, then the values.</summary>
    InLine = 1,

    /// <summary>A <see cref="BlobReference"/>: offset (8), length (4).</summary>
    Blob = 2,
}
