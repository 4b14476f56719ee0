using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace Overlap.Processes.Functions;

/// <summary>Finds in a worker the very builds of assemblies that the pool's process has loaded.</summary>
/// <remarks>
/// What the worker's own program finds by name comes first; then the file that the pool's process told, in the worker's default context, or
/// in a context of its own where the pool's process isolates it too. Another build than the pool's is refused (F2).
/// </remarks>
internal sealed class LoadedCode
{
    private readonly Lock _loading = new();

    // Guarded by _loading.
    private readonly Dictionary<AssemblyIdentity, Assembly> _found = [];
    private readonly List<FileContext> _contexts = [];

    /// <summary>Gives the assembly, loaded if it was not yet.</summary>
    /// <exception cref="NotPortableException">It is not here, or is another build.</exception>
    public Assembly Load(AssemblyIdentity identity)
    {
        using (_loading.EnterScope())
        {
            if (!_found.TryGetValue(identity, out Assembly? assembly))
            {
                assembly = Find(identity);
                _found.Add(identity, assembly);
            }

            return assembly;
        }
    }

    private Assembly Find(AssemblyIdentity identity)
    {
        Assembly? known = identity.IsIsolated ? null : ByName(identity.Name);
        Assembly? shared = IsBuild(known, identity)
            ? known
            : AssemblyLoadContext.Default.Assemblies.FirstOrDefault(assembly => IsBuild(assembly, identity));
        if (shared is not null)
        {
            return shared;
        }

        if (VersionOf(identity.Path) == identity.Version)
        {
            return FromFile(identity, identity.IsIsolated || known is not null);
        }

        throw known is null && !File.Exists(identity.Path)
            ? new NotPortableException($"The worker does not find the assembly '{identity.Name}' that the program has loaded.")
            : Replaced(identity);
    }

    private Assembly FromFile(AssemblyIdentity identity, bool isIsolated)
    {
        try
        {
            if (!isIsolated)
            {
                FileDependencies.ForDefaultContext.Add(identity.Path);
                return Exactly(AssemblyLoadContext.Default.LoadFromAssemblyPath(identity.Path), identity);
            }

            // One context holds one build of each name; most programs need one context.
            FileContext? context = _contexts.Find(context => context.Assemblies.All(assembly => assembly.GetName().Name != identity.Name || IsBuild(assembly, identity)));
            if (context is null)
            {
                context = new FileContext();
                _contexts.Add(context);
            }

            return Exactly(context.LoadFile(identity.Path), identity);
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException)
        {
            throw new NotPortableException($"The worker cannot load the assembly '{identity.Name}': {exception.Message}", exception);
        }
    }

    // The file may have been replaced between the look and the load.
    private static Assembly Exactly(Assembly assembly, AssemblyIdentity identity) =>
        IsBuild(assembly, identity) ? assembly : throw Replaced(identity);

    private static bool IsBuild(Assembly? assembly, AssemblyIdentity identity) =>
        assembly is { IsDynamic: false } && assembly.ManifestModule.ModuleVersionId == identity.Version && assembly.GetName().Name == identity.Name;

    private static Assembly? ByName(string name)
    {
        try
        {
            return Assembly.Load(new AssemblyName { Name = name });
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or ArgumentException)
        {
            return null;
        }
    }

    // Read before anything of the file is loaded: a wrong build must not become part of the worker.
    private static Guid? VersionOf(string path)
    {
        try
        {
            using PEReader file = new(File.OpenRead(path));
            MetadataReader metadata = file.GetMetadataReader();
            return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BadImageFormatException or ArgumentException
            or NotSupportedException or InvalidOperationException)
        {
            return null;
        }
    }

    private static NotPortableException Replaced(AssemblyIdentity identity) =>
        new($"The assembly '{identity.Name}' on disk is not the one the program has loaded: it was replaced. Start the program again.");

    /// <summary>Holds assemblies that the pool's process isolates too.</summary>
    private sealed class FileContext() : AssemblyLoadContext("Overlap worker")
    {
        private readonly FileDependencies _dependencies = new();

        public Assembly LoadFile(string path)
        {
            _dependencies.Add(path);
            return LoadFromAssemblyPath(path);
        }

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (_dependencies.PathOf(assemblyName) is not { } path)
            {
                return null;
            }

            // A build that the worker's program has too is one and the same: its types must not exist twice.
            Guid? version = VersionOf(path);
            return Default.Assemblies.Any(assembly => !assembly.IsDynamic && assembly.ManifestModule.ModuleVersionId == version)
                ? null
                : LoadFromAssemblyPath(path);
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _dependencies.PathOf(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
