namespace Overlap.Processes.Values;

/// <summary>Memory that pool and workers share: where it lies travels, not what is in it.</summary>
/// <remarks>Shape: offset (8), length (4); length 0 for <see langword="null"/>.</remarks>
internal sealed class SharedBufferCodec : ValueCodec<SharedBuffer?>
{
    public override int LeastSize => sizeof(long) + sizeof(int);

    public override void Write(PayloadWriter writer, SharedBuffer? value)
    {
        if (value is not null && writer.Border.IsWorkerSide)
        {
            throw new NotPortableException("A SharedBuffer travels to a worker, not back: whoever sent it has it.");
        }

        Blobs.Write(writer, value is null ? default : writer.Border.LendBuffer(value));
    }

    public override SharedBuffer? Read(ref PayloadReader reader)
    {
        BlobReference place = new(reader.Read<long>(), reader.Read<int>());
        return place == default ? null
            : reader.Border.IsWorkerSide ? reader.Border.GetBuffer(place)
            : throw PayloadException.Nonsense(nameof(SharedBuffer));
    }
}
