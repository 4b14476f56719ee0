using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Overlap.Processes.Values;

/// <summary>Records, classes, and structs with references: as JSON by the contract of their type.</summary>
/// <remarks>
/// Shape: length of the text (4; 0: <see langword="null"/>), length of what goes beside it (4), the text in UTF-8, what goes beside it.
/// An object that is reached on two ways arrives as two.
/// </remarks>
internal sealed class JsonCodec<T>(ValueCodecs codecs) : ValueCodec<T?>
{
    private const int LengthsSize = 2 * sizeof(int);

    private readonly JsonTypeInfo<T> _contract = codecs.Contracts.Of<T>();
    private readonly bool _isTrusted = codecs.Contracts.IsTrusted(typeof(T));
    private readonly bool _isExact = !typeof(T).IsSealed && !JsonContracts.HasConverter(typeof(T)) && !JsonContracts.HasFamily(typeof(T));

    public override int LeastSize => sizeof(int);

    public override void Write(PayloadWriter writer, T? value)
    {
        if (value is null)
        {
            writer.Write(0);
            return;
        }

        if (_isExact)
        {
            ExactType.Require(value, typeof(T));
        }

        int at = writer.Length;
        writer.Write(0L);
        JsonSide side = JsonSide.EnterToWrite(writer.Border);
        try
        {
            JsonWriters.Write(writer, value, _contract);
            int textLength = writer.Length - at - LengthsSize;
            writer.WriteAt(at, textLength);
            writer.WriteAt(at + sizeof(int), side.Written.Length);
            writer.WriteBytes(side.Written);
        }
        catch (JsonException e) when (e.InnerException is null && !_isTrusted)
        {
            // The serializer throws it of itself for one reason only: it went too deep.
            throw new NotPortableException($"{JsonSide.TooDeep().Message} The type was {TypeNames.Of(typeof(T))}.", e);
        }
        catch (Exception e) when (e is not (NotPortableException or ValueTooLargeException or OutOfMemoryException))
        {
            throw new NotPortableException($"A value of type {TypeNames.Of(typeof(T))} cannot travel to another process: {e.Message}", e);
        }
        finally
        {
            side.Leave();
        }
    }

    public override unsafe T? Read(ref PayloadReader reader)
    {
        int textLength = reader.Read<int>();
        if (textLength == 0 && default(T) is null)
        {
            return default;
        }

        int sideLength = reader.Read<int>();
        ReadOnlySpan<byte> text = reader.ReadBytes(textLength);
        ReadOnlySpan<byte> beside = reader.ReadBytes(sideLength);
        fixed (byte* bytes = beside)
        {
            JsonSide side = JsonSide.EnterToRead(bytes, sideLength, reader.Border);
            try
            {
                return JsonSerializer.Deserialize(text, _contract) is { } value ? value : throw PayloadException.Nonsense(TypeNames.Of(typeof(T)));
            }
            catch (Exception e) when (e is not (PayloadException or OutOfMemoryException))
            {
                // Whatever it is: also constructors and setters of the user refuse values.
                throw PayloadException.Nonsense(TypeNames.Of(typeof(T)), e);
            }
            finally
            {
                side.Leave();
            }
        }
    }
}
