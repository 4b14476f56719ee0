using System.Reflection;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>A field of a captured object that travels: as a value, or as a captured object in its turn.</summary>
/// <param name="Field">The field.</param>
/// <param name="Codec">Writes its value; <see langword="null"/> when an object is there.</param>
/// <param name="Object">What travels of the object in it.</param>
internal sealed record CapturedField(FieldInfo Field, IFieldCodec? Codec, CapturedObject? Object)
{
    private const int MostBaseTypes = 64;

    public bool IsFunction => Object is null && typeof(Delegate).IsAssignableFrom(Field.FieldType);

    public static CapturedField ReadShape(ref PayloadReader reader, Type type, LoadedCode code, ValueCodecs codecs, int depth)
    {
        Type? owner = type;
        for (int up = reader.ReadCount(); up > 0; up--)
        {
            owner = up <= MostBaseTypes ? owner?.BaseType : null;
        }

        FieldInfo field = Metadata.Field(owner ?? throw PayloadException.Nonsense("field"), reader.Read<int>());
        switch (reader.Read<byte>())
        {
            case 0:
                return new CapturedField(field, CodecOf(codecs, field.FieldType), null);
            case 1:
                CapturedObject inner = CapturedObject.ReadShape(ref reader, code, codecs, depth + 1);
                return field.FieldType.IsAssignableFrom(inner.Type) ? new CapturedField(field, null, inner) : throw PayloadException.Nonsense("field");
            default:
                throw PayloadException.Nonsense("field");
        }
    }

    /// <summary>Gives the codec that the pool's process found too: that a type cannot travel is nonsense by now.</summary>
    public static IFieldCodec CodecOf(ValueCodecs codecs, Type type)
    {
        try
        {
            return codecs.OfType(type);
        }
        catch (NotPortableException)
        {
            throw PayloadException.Nonsense("kind of value");
        }
    }

    public void WriteShape(PayloadWriter writer, Type type)
    {
        int up = 0;
        for (Type? owner = type; owner != Field.DeclaringType; owner = owner!.BaseType)
        {
            up++;
        }

        writer.WriteCount(up);
        writer.Write(Field.MetadataToken);
        writer.Write((byte)(Object is null ? 0 : 1));
        Object?.WriteShape(writer);
    }

    public void WriteValue(PayloadWriter writer, object instance, CaptureSession? session)
    {
        object? value = Field.GetValue(instance);
        if (Object is { } inner)
        {
            inner.WriteValues(writer, value, session);
        }
        else
        {
            Codec!.WriteObject(writer, value);
        }
    }

    public void ReadValue(ref PayloadReader reader, object instance, CaptureSession? session) =>
        Field.SetValue(instance, Object is { } inner ? inner.ReadValues(ref reader, session) : Codec!.ReadObject(ref reader));
}
