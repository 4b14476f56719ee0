using System.Reflection;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Writes which type, and finds it on the other side without ever looking for a name.</summary>
/// <remarks>
/// Shape: a form; then for a definition its assembly and metadata token, for a generic type its definition and arguments, for an array its
/// element type and, unless it is a plain one, its rank.
/// Errors: what names no type is a <see cref="PayloadException"/>; code that is not there, or another build of it, a <see cref="NotPortableException"/>.
/// </remarks>
internal static class TypeIdentity
{
    private const int DeepestType = 64;
    private const int MostArguments = 256;

    private enum Form : byte
    {
        Definition,
        Generic,
        PlainArray,
        Array,
    }

    /// <exception cref="NotPortableException">The type is no part of a file of the program.</exception>
    public static void Write(PayloadWriter writer, Type type)
    {
        if (type.IsByRef || type.IsPointer || type.IsFunctionPointer || type.IsGenericParameter)
        {
            throw new NotPortableException($"The type {FunctionNames.Of(type)} cannot travel to another process: it has a meaning here only.");
        }

        if (type.IsArray)
        {
            writer.Write((byte)(type.IsSZArray ? Form.PlainArray : Form.Array));
            if (!type.IsSZArray)
            {
                writer.Write((byte)type.GetArrayRank());
            }

            Write(writer, type.GetElementType()!);
            return;
        }

        if (type.IsGenericType && !type.IsGenericTypeDefinition)
        {
            writer.Write((byte)Form.Generic);
            WriteDefinition(writer, type.GetGenericTypeDefinition());
            WriteAll(writer, type.GetGenericArguments());
            return;
        }

        writer.Write((byte)Form.Definition);
        WriteDefinition(writer, type);
    }

    public static Type Read(ref PayloadReader reader, LoadedCode code) => Read(ref reader, code, 0);

    public static void WriteAll(PayloadWriter writer, Type[] types)
    {
        writer.WriteCount(types.Length);
        foreach (Type type in types)
        {
            Write(writer, type);
        }
    }

    public static Type[] ReadAll(ref PayloadReader reader, LoadedCode code) => ReadAll(ref reader, code, 0);

    private static void WriteDefinition(PayloadWriter writer, Type type)
    {
        AssemblyIdentity.Of(type.Assembly).Write(writer);
        writer.Write(type.MetadataToken);
    }

    private static Type Read(ref PayloadReader reader, LoadedCode code, int depth)
    {
        if (depth > DeepestType)
        {
            throw PayloadException.Nonsense("type");
        }

        switch ((Form)reader.Read<byte>())
        {
            case Form.Definition:
                return ReadDefinition(ref reader, code);
            case Form.Generic:
                Type definition = ReadDefinition(ref reader, code);
                return Metadata.Make(definition, ReadAll(ref reader, code, depth + 1));
            case Form.PlainArray:
                return Metadata.MakeArray(Read(ref reader, code, depth + 1), rank: null);
            case Form.Array:
                byte rank = reader.Read<byte>();
                return Metadata.MakeArray(Read(ref reader, code, depth + 1), rank);
            default:
                throw PayloadException.Nonsense("type");
        }
    }

    private static Type ReadDefinition(ref PayloadReader reader, LoadedCode code)
    {
        Module module = code.Load(AssemblyIdentity.Read(ref reader)).ManifestModule;
        return Metadata.Type(module, reader.Read<int>());
    }

    private static Type[] ReadAll(ref PayloadReader reader, LoadedCode code, int depth)
    {
        int count = reader.ReadCount(leastSize: 2);
        if (count > MostArguments)
        {
            throw PayloadException.Nonsense("list of types");
        }

        Type[] types = new Type[count];
        for (int i = 0; i < count; i++)
        {
            types[i] = Read(ref reader, code, depth);
        }

        return types;
    }
}
