using System.Runtime.InteropServices;

namespace Overlap.Processes.Values;

/// <summary>Lists.</summary>
internal sealed class ListCodec<T>(ValueCodecs codecs) : ValueCodec<List<T>?>
{
    private readonly Elements<T> _elements = codecs.Of<T>().InARow();

    public override void Write(PayloadWriter writer, List<T>? value)
    {
        if (value is null)
        {
            Elements<T>.WriteNone(writer);
            return;
        }

        ExactType.Require(value, typeof(List<T>));
        _elements.Write(writer, CollectionsMarshal.AsSpan(value));
    }

    public override List<T>? Read(ref PayloadReader reader)
    {
        RowForm form = Elements<T>.ReadForm(ref reader);
        return form == RowForm.None ? null : _elements.ReadList(ref reader, form);
    }
}
