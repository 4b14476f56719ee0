using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Overlap.Processes.Values;

/// <summary>Many values in a row, copied as they lie in memory; through memory that both processes see when they are many.</summary>
/// <param name="checks">What a stretch of bytes must hold to be a value; <see langword="null"/> when any is one.</param>
internal sealed class PlainElements<T>(PlainChecks? checks) : Elements<T>
    where T : unmanaged
{
    public override void Write(PayloadWriter writer, ReadOnlySpan<T> items)
    {
        long size = (long)items.Length * Unsafe.SizeOf<T>();
        if (size > Blobs.MostBytes)
        {
            throw new ValueTooLargeException();
        }

        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(items);
        if (size >= Blobs.Threshold && writer.Border.TryPutBlob(bytes, out BlobReference blob))
        {
            writer.Write((byte)RowForm.Blob);
            Blobs.Write(writer, blob);
            return;
        }

        writer.Write((byte)RowForm.InLine);
        writer.WriteCount(items.Length);
        writer.WriteBytes(bytes);
    }

    public override T[] ReadArray(ref PayloadReader reader, RowForm form)
    {
        if (form == RowForm.Blob)
        {
            BlobReference blob = Blobs.Read(ref reader, Unsafe.SizeOf<T>());
            T[] large = GC.AllocateUninitializedArray<T>(blob.Length / Unsafe.SizeOf<T>());
            Blobs.CopyTo(ref reader, blob, MemoryMarshal.AsBytes(large.AsSpan()));
            return Checked(large, large);
        }

        int count = reader.ReadCount(Unsafe.SizeOf<T>());
        if (count == 0)
        {
            return [];
        }

        T[] items = GC.AllocateUninitializedArray<T>(count);
        reader.ReadBytes(count * Unsafe.SizeOf<T>()).CopyTo(MemoryMarshal.AsBytes(items.AsSpan()));
        return Checked(items, items);
    }

    public override List<T> ReadList(ref PayloadReader reader, RowForm form)
    {
        List<T> items = [];
        if (form == RowForm.Blob)
        {
            BlobReference blob = Blobs.Read(ref reader, Unsafe.SizeOf<T>());
            CollectionsMarshal.SetCount(items, blob.Length / Unsafe.SizeOf<T>());
            Blobs.CopyTo(ref reader, blob, MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(items)));
        }
        else
        {
            int count = reader.ReadCount(Unsafe.SizeOf<T>());
            CollectionsMarshal.SetCount(items, count);
            reader.ReadBytes(count * Unsafe.SizeOf<T>()).CopyTo(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(items)));
        }

        return Checked(items, CollectionsMarshal.AsSpan(items));
    }

    private TItems Checked<TItems>(TItems items, ReadOnlySpan<T> values)
    {
        if (checks is not null && !checks.HoldForAll(MemoryMarshal.AsBytes(values), Unsafe.SizeOf<T>()))
        {
            throw PayloadException.Nonsense(TypeNames.Of(typeof(T)));
        }

        return items;
    }
}
