using System.Net;

namespace Overlap.Processes.Values;

/// <summary>Addresses of resources.</summary>
/// <remarks>Shape: the text as it was given; unless it is <see langword="null"/>, whether it is absolute (1).</remarks>
internal sealed class UriCodec : ValueCodec<Uri?>
{
    private static readonly StringCodec Text = new();

    public override bool IsImmutable => true;

    public override void Write(PayloadWriter writer, Uri? value)
    {
        Text.Write(writer, value?.OriginalString);
        if (value is not null)
        {
            ExactType.Require(value, typeof(Uri));
            writer.Write(value.IsAbsoluteUri);
        }
    }

    public override Uri? Read(ref PayloadReader reader)
    {
        if (Text.Read(ref reader) is not { } text)
        {
            return null;
        }

        byte absolute = reader.Read<byte>();
        return absolute <= 1 && Uri.TryCreate(text, absolute == 1 ? UriKind.Absolute : UriKind.Relative, out Uri? uri)
            ? uri
            : throw PayloadException.Nonsense(nameof(Uri));
    }
}

/// <summary>Addresses of machines.</summary>
/// <remarks>Shape: how many bytes follow (1; 0: <see langword="null"/>, 4 or 16), the bytes; of 16, also the scope (4).</remarks>
internal sealed class IPAddressCodec : ValueCodec<IPAddress?>
{
    private const int LongSize = 16;

    public override void Write(PayloadWriter writer, IPAddress? value)
    {
        if (value is null)
        {
            writer.Write((byte)0);
            return;
        }

        Span<byte> bytes = stackalloc byte[LongSize];
        value.TryWriteBytes(bytes, out int length);
        writer.Write((byte)length);
        writer.WriteBytes(bytes[..length]);
        if (length == LongSize)
        {
            writer.Write((uint)value.ScopeId);
        }
    }

    public override IPAddress? Read(ref PayloadReader reader) => reader.Read<byte>() switch
    {
        0 => null,
        4 => new IPAddress(reader.ReadBytes(4)),
        LongSize => new IPAddress(reader.ReadBytes(LongSize), reader.Read<uint>()),
        _ => throw PayloadException.Nonsense(nameof(IPAddress)),
    };
}
