using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Overlap.Processes.Functions;

/// <summary>Knows where the files lie that an assembly, loaded by its path, was built with.</summary>
internal sealed class FileDependencies
{
    private static readonly Lazy<FileDependencies> Default = new(static () =>
    {
        FileDependencies dependencies = new();
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            dependencies.PathOf(name) is { } path ? context.LoadFromAssemblyPath(path) : null;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            dependencies.PathOf(name) is { } path && NativeLibrary.TryLoad(path, out nint handle) ? handle : 0;
        return dependencies;
    });

    // Replaced as a whole: the runtime asks from any thread.
    private volatile Source[] _sources = [];

    /// <summary>The files for what the worker's own program does not find.</summary>
    public static FileDependencies ForDefaultContext => Default.Value;

    /// <summary>Adds what an assembly needs. Called by one thread at a time.</summary>
    public void Add(string path)
    {
        if (!_sources.Any(source => source.Path == path))
        {
            _sources = [.. _sources, new Source(path, ResolverOf(path))];
        }
    }

    public string? PathOf(AssemblyName name) =>
        _sources.Select(source => source.Resolver is { } resolver ? resolver.ResolveAssemblyToPath(name) : Beside(source.Path, name.Name + ".dll"))
            .FirstOrDefault(static path => path is not null);

    public string? PathOf(string unmanagedName) =>
        _sources.Select(source => source.Resolver?.ResolveUnmanagedDllToPath(unmanagedName)).FirstOrDefault(static path => path is not null);

    private static string? Beside(string path, string name)
    {
        string beside = Path.Combine(Path.GetDirectoryName(path) ?? "", name);
        return File.Exists(beside) ? beside : null;
    }

    private static AssemblyDependencyResolver? ResolverOf(string path)
    {
        try
        {
            return new AssemblyDependencyResolver(path);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or PlatformNotSupportedException)
        {
            // A list of dependencies that cannot be read, or a host without a resolver: what lies beside the assembly is left.
            return null;
        }
    }

    private sealed record Source(string Path, AssemblyDependencyResolver? Resolver);
}
