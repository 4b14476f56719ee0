using System.Runtime.CompilerServices;

namespace Overlap.Processes.Values;

/// <summary>Values copied as they lie in memory, of types of which not all bytes are a value: those with a truth value or a date inside.</summary>
internal sealed class CheckedPlainCodec<T>(PlainChecks checks) : ValueCodec<T>
    where T : unmanaged
{
    public override int FixedSize => Unsafe.SizeOf<T>();

    public override void Write(PayloadWriter writer, T value) => writer.Write(value);

    public override T Read(ref PayloadReader reader)
    {
        if (typeof(T) == typeof(bool))
        {
            byte truth = reader.Read<byte>();
            return truth <= 1 ? Unsafe.BitCast<byte, T>(truth) : throw PayloadException.Nonsense("bool");
        }

        T value = reader.Read<T>();
        return checks.Hold(ref Unsafe.As<T, byte>(ref value)) ? value : throw PayloadException.Nonsense(TypeNames.Of(typeof(T)));
    }

    public override Elements<T> InARow() => new PlainElements<T>(checks);
}
