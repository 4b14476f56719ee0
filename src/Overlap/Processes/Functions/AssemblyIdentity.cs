using System.Reflection;
using System.Runtime.Loader;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Says which build of which assembly, and where its file lies.</summary>
/// <param name="Name">The simple name.</param>
/// <param name="Version">The id that the compiler gives each build of the module.</param>
/// <param name="Path">The file as the pool's process loaded it; empty in a program that is one file.</param>
/// <param name="IsIsolated">Whether a load context of its own holds it there, as a plug-in's.</param>
internal sealed record AssemblyIdentity(string Name, Guid Version, string Path, bool IsIsolated)
{
    private static readonly bool IsOneFile = LocationOf(typeof(AssemblyIdentity).Assembly).Length == 0;

    /// <exception cref="NotPortableException">The code has no file that another process could load.</exception>
    public static AssemblyIdentity Of(Assembly assembly)
    {
        string name = assembly.GetName().Name ?? "";
        string path = assembly.IsDynamic ? "" : LocationOf(assembly);
        bool isIsolated = AssemblyLoadContext.GetLoadContext(assembly) != AssemblyLoadContext.Default;
        if (assembly.IsDynamic || (path.Length == 0 && (isIsolated || !IsOneFile)))
        {
            throw new NotPortableException(
                $"Code of the assembly '{name}' cannot travel to another process: it was made in memory and no file holds it. Put the code into a file of the program.");
        }

        return new AssemblyIdentity(name, assembly.ManifestModule.ModuleVersionId, path, isIsolated);
    }

    public static AssemblyIdentity Read(ref PayloadReader reader)
    {
        string name = PayloadText.Read(ref reader);
        Guid version = reader.Read<Guid>();
        string path = PayloadText.Read(ref reader);
        byte isIsolated = reader.Read<byte>();
        return name.Length > 0 && isIsolated <= 1 ? new(name, version, path, isIsolated == 1) : throw PayloadException.Nonsense("assembly");
    }

    public void Write(PayloadWriter writer)
    {
        PayloadText.Write(writer, Name);
        writer.Write(Version);
        PayloadText.Write(writer, Path);
        writer.Write((byte)(IsIsolated ? 1 : 0));
    }

#pragma warning disable IL3000 // Empty is what a program that is one file answers, and what is asked here.
    private static string LocationOf(Assembly assembly) => assembly.Location;
#pragma warning restore IL3000
}
