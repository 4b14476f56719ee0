using System.Reflection;
using System.Runtime.Loader;
using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Hosting;

/// <summary>Finds who makes the brokers of a URL's scheme, by the name of the assembly that has them.</summary>
/// <remarks>Only assemblies of this table are ever loaded: a URL names none.</remarks>
internal static class TransportCatalog
{
    private const string Redis = "Overlap.Distributed.Redis";
    private const string Sqlite = "Overlap.Distributed.Sqlite";

    private static readonly (string Scheme, string Assembly)[] Schemes =
    [
        ("sqlite", Sqlite), ("redis", Redis), ("rediss", Redis), ("unix", Redis), ("redis+socket", Redis), ("sentinel", Redis),
    ];

    /// <summary>Finds it.</summary>
    /// <exception cref="FormatException">There is no such scheme.</exception>
    /// <exception cref="TransportMissingException">The assembly is not here, or is of another version.</exception>
    public static Transport Find(string url)
    {
        int end = url.IndexOf("://", StringComparison.Ordinal);
        string scheme = end < 0 ? "" : url[..end];
        string known = string.Join(", ", Schemes.Select(static entry => entry.Scheme + "://"));
        if (scheme.Length == 0)
        {
            // Not quoted: whatever it is, a password may be in it.
            throw new FormatException($"the URL does not begin with one of {known}");
        }

        string name = Array.Find(Schemes, entry => entry.Scheme == scheme).Assembly
            ?? throw new FormatException($"'{scheme}://' is not one of {known}");
        try
        {
            Type type = Assembly.Load(new AssemblyName(name)).GetCustomAttribute<TransportAttribute>()?.Type
                ?? throw new TransportMissingException($"{name} does not tell how its brokers are made: it is of another version");
            return (Transport)Activator.CreateInstance(type)!;
        }
        catch (FileNotFoundException missing)
        {
            throw new TransportMissingException($"{scheme}:// needs {name}, which is not here: add it to the project", missing);
        }
        catch (Exception mixed) when (mixed is TypeLoadException or MissingMemberException or FileLoadException or InvalidCastException)
        {
            throw new TransportMissingException($"{name} is of another version than Overlap.Distributed: build both anew", mixed);
        }
    }

    /// <summary>Has assemblies that the program does not carry come from a folder, if that is of the program's own version.</summary>
    /// <param name="folder">The folder, which holds its own copy of this assembly.</param>
    public static void AddFolder(string folder)
    {
        Version? own = typeof(IBroker).Assembly.GetName().Version;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
        {
            string path = Path.Combine(folder, name.Name + ".dll");
            if (!File.Exists(path))
            {
                return null;
            }

            string copy = Path.Combine(folder, typeof(IBroker).Assembly.GetName().Name + ".dll");
            Version? other = File.Exists(copy) ? AssemblyName.GetAssemblyName(copy).Version : null;
            return other == own
                ? context.LoadFromAssemblyPath(path)
                : throw new TransportMissingException($"the app does not carry {name.Name}, and that of the command line is of version {other}, the app of {own}: add it to the app's project");
        };
    }
}
