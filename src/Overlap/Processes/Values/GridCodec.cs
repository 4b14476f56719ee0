using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Overlap.Processes.Values;

/// <summary>Arrays of more than one dimension.</summary>
/// <remarks>Shape: the values as a row, the last index running fastest; unless there is none, the length of each dimension.</remarks>
internal sealed class GridCodec<TArray, T>(ValueCodecs codecs) : ValueCodec<TArray?>
    where TArray : class
{
    private static readonly int Rank = typeof(TArray).GetArrayRank();

    private readonly Elements<T> _elements = codecs.Of<T>().InARow();

    public override void Write(PayloadWriter writer, TArray? value)
    {
        if (value is null)
        {
            Elements<T>.WriteNone(writer);
            return;
        }

        Array array = (Array)(object)value;
        _elements.Write(writer, AsRow(array));
        for (int i = 0; i < Rank; i++)
        {
            if (array.GetLowerBound(i) != 0)
            {
                throw new NotPortableException($"A {TypeNames.Of(typeof(TArray))} whose indexes do not begin at 0 cannot travel to another process.");
            }

            writer.WriteCount(array.GetLength(i));
        }
    }

    public override TArray? Read(ref PayloadReader reader)
    {
        RowForm form = Elements<T>.ReadForm(ref reader);
        if (form == RowForm.None)
        {
            return null;
        }

        T[] row = _elements.ReadArray(ref reader, form);
        int[] lengths = new int[Rank];
        long total = 1;

        // The most that any order of multiplying could reach: the runtime minds it even where one length is 0.
        long most = 1;
        for (int i = 0; i < Rank; i++)
        {
            lengths[i] = reader.ReadCount();
            total *= lengths[i];
            most *= Math.Max(lengths[i], 1);
            if (most > Array.MaxLength)
            {
                throw PayloadException.Nonsense("length of an array");
            }
        }

        if (total != row.Length)
        {
            throw PayloadException.Nonsense("length of an array");
        }

        Array array = Array.CreateInstance(typeof(T), lengths);
        row.CopyTo(AsRow(array));
        return (TArray)(object)array;
    }

    private static Span<T> AsRow(Array array) =>
        array.Length == 0 ? [] : MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
}
