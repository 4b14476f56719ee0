namespace Overlap.Processes.Values;

/// <summary>Structs without a field: they say all by being there, and take no byte.</summary>
/// <remarks>In a row each takes the one byte that it takes in memory, so that a count can be held against the bytes that came.</remarks>
internal sealed class EmptyCodec<T> : ValueCodec<T>
    where T : unmanaged
{
    public override int LeastSize => 0;

    public override bool IsImmutable => true;

    public override void Write(PayloadWriter writer, T value)
    {
    }

    public override T Read(ref PayloadReader reader) => default;

    public override Elements<T> InARow() => new PlainElements<T>(null);
}
