namespace Overlap.Processes.Values;

/// <summary>Many values in a row, each written by its codec.</summary>
internal sealed class CodedElements<T>(ValueCodec<T> codec) : Elements<T>
{
    public override void Write(PayloadWriter writer, ReadOnlySpan<T> items)
    {
        writer.Write((byte)RowForm.InLine);
        writer.WriteCount(items.Length);
        foreach (T item in items)
        {
            codec.Write(writer, item);
        }
    }

    public override T[] ReadArray(ref PayloadReader reader, RowForm form)
    {
        int count = ReadCount(ref reader, form);
        T[] items = count == 0 ? [] : new T[count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = codec.Read(ref reader);
        }

        return items;
    }

    public override List<T> ReadList(ref PayloadReader reader, RowForm form)
    {
        int count = ReadCount(ref reader, form);
        List<T> items = new(count);
        for (int i = 0; i < count; i++)
        {
            items.Add(codec.Read(ref reader));
        }

        return items;
    }

    private int ReadCount(ref PayloadReader reader, RowForm form) =>
        form == RowForm.InLine ? reader.ReadCount(codec.LeastSize) : throw PayloadException.Nonsense("form of a row");
}
