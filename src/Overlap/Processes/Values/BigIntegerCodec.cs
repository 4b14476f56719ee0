using System.Numerics;

namespace Overlap.Processes.Values;

/// <summary>Whole numbers of any size.</summary>
/// <remarks>Shape: count of bytes, then two's complement, the low byte first.</remarks>
internal sealed class BigIntegerCodec : ValueCodec<BigInteger>
{
    public override bool IsImmutable => true;

    public override void Write(PayloadWriter writer, BigInteger value)
    {
        int count = value.GetByteCount();
        writer.WriteCount(count);
        value.TryWriteBytes(writer.GetSpan(count), out _);
        writer.Advance(count);
    }

    public override BigInteger Read(ref PayloadReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes(reader.ReadCount());
        try
        {
            return new BigInteger(bytes);
        }
        catch (OverflowException e)
        {
            throw PayloadException.Nonsense(nameof(BigInteger), e);
        }
    }
}
