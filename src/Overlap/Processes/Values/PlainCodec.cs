using System.Runtime.CompilerServices;

namespace Overlap.Processes.Values;

/// <summary>Values copied as they lie in memory, of types of which any bytes are a value.</summary>
internal sealed class PlainCodec<T> : ValueCodec<T>
    where T : unmanaged
{
    public override int FixedSize => Unsafe.SizeOf<T>();

    public override bool TakesAnyBytes => true;

    public override void Write(PayloadWriter writer, T value) => writer.Write(value);

    public override T Read(ref PayloadReader reader) => reader.Read<T>();

    public override Elements<T> InARow() => new PlainElements<T>(null);
}
