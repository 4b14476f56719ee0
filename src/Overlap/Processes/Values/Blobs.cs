namespace Overlap.Processes.Values;

/// <summary>Reads and writes where many bytes lie, and gets them.</summary>
internal static class Blobs
{
    /// <summary>From here on bytes are put where both processes see them, if there is such a place. Unit: bytes.</summary>
    public const int Threshold = 64 * 1024;

    /// <summary>The most bytes that one row may take. Unit: bytes.</summary>
    public const int MostBytes = int.MaxValue - Threshold;

    public static void Write(PayloadWriter writer, BlobReference blob)
    {
        writer.Write(blob.Offset);
        writer.Write(blob.Length);
    }

    /// <summary>Reads where the bytes of a row lie, and makes sure that they are there and of such elements.</summary>
    public static BlobReference Read(ref PayloadReader reader, int elementSize)
    {
        BlobReference blob = new(reader.Read<long>(), reader.Read<int>());
        if (blob.Offset < 0 || blob.Length <= 0 || blob.Length % elementSize != 0)
        {
            throw PayloadException.Nonsense("stretch of shared memory");
        }

        // Asked for here, before room is made: it is the border that knows whether there are so many bytes.
        return Get(ref reader, blob).Length == blob.Length ? blob : throw PayloadException.Nonsense("stretch of shared memory");
    }

    public static Memory<byte> Get(ref PayloadReader reader, BlobReference blob) => reader.Border.GetBlob(blob);

    /// <summary>Copies the bytes and says that they are no longer needed.</summary>
    public static void CopyTo(ref PayloadReader reader, BlobReference blob, Span<byte> destination)
    {
        Get(ref reader, blob).Span.CopyTo(destination);
        if (!reader.Border.IsWorkerSide)
        {
            reader.Border.ReleaseBlob(blob);
        }
    }
}
