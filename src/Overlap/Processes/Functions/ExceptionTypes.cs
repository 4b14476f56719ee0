using System.Reflection;

namespace Overlap.Processes.Functions;

/// <summary>The exception types that a worker's failure may become: those of assemblies that this process has loaded, and those added.</summary>
/// <remarks>What a worker sends is compared with names of what is here. Nothing is loaded for it, however it is named (F7).</remarks>
internal sealed class ExceptionTypes
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<(string Type, string Assembly), Type> _known = [];
    private readonly HashSet<Assembly> _seen = [];

    /// <param name="added">Types that are not to be looked for, such as those of assemblies that may be unloaded.</param>
    public ExceptionTypes(IEnumerable<Type>? added = null)
    {
        foreach (Type type in added ?? [])
        {
            Add(type);
        }
    }

    /// <returns><see langword="null"/> if this process knows no such exception.</returns>
    public Type? Find(string typeName, string assemblyName)
    {
        using (_gate.EnterScope())
        {
            if (!_known.TryGetValue((typeName, assemblyName), out Type? type) && LookAround(assemblyName))
            {
                _known.TryGetValue((typeName, assemblyName), out type);
            }

            return type;
        }
    }

    private static Type?[] TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partly)
        {
            return partly.Types;
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or NotSupportedException)
        {
            return [];
        }
    }

    private bool LookAround(string assemblyName)
    {
        bool hasFound = false;
        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            // One that may be unloaded must not be held here.
            if (!assembly.IsCollectible && assembly.GetName().Name == assemblyName && _seen.Add(assembly))
            {
                hasFound = true;
                foreach (Type? type in TypesOf(assembly))
                {
                    Add(type);
                }
            }
        }

        return hasFound;
    }

    private void Add(Type? type)
    {
        if (type is { IsAbstract: false, ContainsGenericParameters: false, FullName: { } name } && typeof(Exception).IsAssignableFrom(type))
        {
            _known.TryAdd((name, type.Assembly.GetName().Name ?? ""), type);
        }
    }
}
