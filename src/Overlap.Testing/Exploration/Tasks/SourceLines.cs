using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>Finds where in the source a suspended asynchronous method awaits, and which line of a program called.</summary>
/// <remarks>Without a portable PDB beside or inside the assembly there is no line, and the story does without.</remarks>
internal static class SourceLines
{
    // The portable PDB format's own name for the table of awaits of a method.
    private static readonly Guid SteppingInformation = new("54FD2AC5-E925-401A-9C2A-F94F171072F8");

    private static readonly ConcurrentDictionary<Assembly, MetadataReaderProvider?> Symbols = new();

    /// <summary>The first line of a stack that belongs to the program under exploration.</summary>
    public static SourceLine? OfProgram(StackTrace stack)
    {
        foreach (StackFrame frame in stack.GetFrames())
        {
            if (frame.GetFileName() is { } file && frame.GetMethod()?.DeclaringType is { } type && IsOfProgram(type))
            {
                return new SourceLine(file, frame.GetFileLineNumber());
            }
        }

        return null;
    }

    /// <summary>Whether a type is neither the runtime's nor ours.</summary>
    public static bool IsOfProgram(Type type) =>
        type.Assembly != typeof(object).Assembly && type.Assembly != typeof(Waiting.Waiter).Assembly && type.Assembly != typeof(Explore).Assembly;

    /// <summary>The line of the await at which a state machine stands.</summary>
    /// <param name="machine">The compiler's type for the method.</param>
    /// <param name="state">Its state: the number of the await.</param>
    public static SourceLine? OfAwait(Type machine, int state)
    {
        if (state < 0 || machine.GetMethod("MoveNext", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public) is not { } method)
        {
            return null;
        }

        try
        {
            return Symbols.GetOrAdd(machine.Assembly, static assembly => Open(assembly)) is { } provider ? Find(provider.GetMetadataReader(), method, state) : null;
        }
        catch (Exception broken) when (broken is BadImageFormatException or IOException)
        {
            return null;
        }
    }

    private static MetadataReaderProvider? Open(Assembly assembly)
    {
        if (assembly.IsDynamic || string.IsNullOrEmpty(assembly.Location))
        {
            return null;
        }

        using PEReader image = new(File.OpenRead(assembly.Location));
        return image.TryOpenAssociatedPortablePdb(
            assembly.Location, static path => File.Exists(path) ? new MemoryStream(File.ReadAllBytes(path)) : null, out MetadataReaderProvider? provider, out _)
            ? provider
            : null;
    }

    private static SourceLine? Find(MetadataReader reader, MethodInfo method, int state)
    {
        var handle = (MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken);
        int offset = OffsetOfAwait(reader, handle, state);
        SourceLine? found = null;
        foreach (SequencePoint point in reader.GetMethodDebugInformation(handle.ToDebugInformationHandle()).GetSequencePoints())
        {
            if (point.Offset > offset)
            {
                break;
            }

            if (!point.IsHidden)
            {
                found = new SourceLine(reader.GetString(reader.GetDocument(point.Document).Name), point.StartLine);
            }
        }

        return found;
    }

    private static int OffsetOfAwait(MetadataReader reader, MethodDefinitionHandle method, int state)
    {
        foreach (CustomDebugInformationHandle handle in reader.GetCustomDebugInformation(method))
        {
            CustomDebugInformation information = reader.GetCustomDebugInformation(handle);
            if (reader.GetGuid(information.Kind) != SteppingInformation)
            {
                continue;
            }

            BlobReader blob = reader.GetBlobReader(information.Value);
            blob.ReadUInt32();
            for (int await = 0; blob.RemainingBytes > 0; await++)
            {
                int offset = blob.ReadInt32();
                blob.ReadInt32();
                blob.ReadCompressedInteger();
                if (await == state)
                {
                    return offset;
                }
            }
        }

        return -1;
    }
}
