using System.Reflection;
using System.Runtime.CompilerServices;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>An object of the scope around a function, of which only what the function reads travels, field by field.</summary>
/// <remarks>
/// Shape of what it is: its type, then each field's owner in the chain of base types, token and kind. Shape of its values: whether there is an
/// object, then each field in that order. When functions are among the values, objects bear numbers and none is written twice: see <see cref="CaptureSession"/>.
/// </remarks>
internal sealed class CapturedObject(Type type, CapturedField[] fields)
{
    private const int DeepestScope = 64;

    // Those whose objects may be of another type the next time.
    private readonly CapturedField[] _open = [.. fields.Where(static field => field.Object is { } inner && (!field.Field.FieldType.IsSealed || inner._open.Length > 0))];

    public Type Type { get; } = type;

    public CapturedField[] Fields { get; } = fields;

    /// <summary>Whether some value is a function, which may hold the same objects.</summary>
    public bool HoldsFunctions { get; } = fields.Any(static field => field.IsFunction || field.Object is { HoldsFunctions: true });

    /// <summary>Whether the types of the objects around a function are the ones this was made for.</summary>
    public bool Fits(object? instance)
    {
        if (instance is null)
        {
            return true;
        }

        if (instance.GetType() != Type)
        {
            return false;
        }

        foreach (CapturedField field in _open)
        {
            if (!field.Object!.Fits(field.Field.GetValue(instance)))
            {
                return false;
            }
        }

        return true;
    }

    public static CapturedObject ReadShape(ref PayloadReader reader, LoadedCode code, ValueCodecs codecs, int depth = 0)
    {
        Type type = TypeIdentity.Read(ref reader, code);
        if (depth > DeepestScope || type.IsAbstract || type.IsArray || type == typeof(string) || type.ContainsGenericParameters
            || type.IsByRefLike || typeof(Delegate).IsAssignableFrom(type))
        {
            throw PayloadException.Nonsense("object");
        }

        CapturedField[] fields = new CapturedField[reader.ReadCount(leastSize: 6)];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = CapturedField.ReadShape(ref reader, type, code, codecs, depth);
        }

        return new CapturedObject(type, fields);
    }

    public void WriteShape(PayloadWriter writer)
    {
        TypeIdentity.Write(writer, Type);
        writer.WriteCount(Fields.Length);
        foreach (CapturedField field in Fields)
        {
            field.WriteShape(writer, Type);
        }
    }

    public void WriteValues(PayloadWriter writer, object? instance, CaptureSession? session)
    {
        if (instance is null)
        {
            writer.WriteCount(0);
            return;
        }

        HashSet<FieldInfo>? done = null;
        if (session is null)
        {
            writer.WriteCount(1);
        }
        else
        {
            writer.WriteCount(session.NumberOf(instance, out done));
        }

        foreach (CapturedField field in Fields)
        {
            if (done is null || done.Add(field.Field))
            {
                field.WriteValue(writer, instance, session);
            }
        }
    }

    public object? ReadValues(ref PayloadReader reader, CaptureSession? session)
    {
        int number = reader.ReadCount();
        if (number == 0)
        {
            return null;
        }

        HashSet<FieldInfo>? done = null;
        object? instance = number == 1 ? RuntimeHelpers.GetUninitializedObject(Type) : session?.Find(number);
        if (instance?.GetType() != Type)
        {
            throw PayloadException.Nonsense("object");
        }

        if (session is not null)
        {
            done = session.FieldsOf(number, instance);
        }

        foreach (CapturedField field in Fields)
        {
            if (done is null || done.Add(field.Field))
            {
                field.ReadValue(ref reader, instance, session);
            }
        }

        return instance;
    }
}
