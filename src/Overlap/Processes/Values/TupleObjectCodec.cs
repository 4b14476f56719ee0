namespace Overlap.Processes.Values;

/// <summary>What tuples that are objects have in common: they may be missing.</summary>
internal abstract class TupleObjectCodec<TTuple> : ValueCodec<TTuple?>
    where TTuple : class
{
    public sealed override void Write(PayloadWriter writer, TTuple? value)
    {
        writer.Write(value is not null);
        if (value is not null)
        {
            WriteItems(writer, value);
        }
    }

    public sealed override TTuple? Read(ref PayloadReader reader) => reader.Read<byte>() switch
    {
        0 => null,
        1 => ReadItems(ref reader),
        _ => throw PayloadException.Nonsense("tuple"),
    };

    protected abstract void WriteItems(PayloadWriter writer, TTuple value);

    protected abstract TTuple ReadItems(ref PayloadReader reader);
}
