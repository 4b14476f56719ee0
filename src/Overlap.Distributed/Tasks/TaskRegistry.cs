using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Overlap.Distributed.Tasks;

/// <summary>The tasks that a worker can run, by name. A message can name one of these and nothing else.</summary>
/// <remarks>Filled before a worker starts, which takes what is there then; not safe for use by several threads while it is being filled.</remarks>
[DebuggerDisplay("{_definitions.Count} tasks")]
public sealed class TaskRegistry
{
    private readonly Dictionary<string, TaskDefinition> _definitions = new(StringComparer.Ordinal);

    /// <summary>Reads the arguments of calls and writes their results.</summary>
    public WireConverter Converter { get; init; } = WireConverter.Default;

    /// <summary>The tasks that are there now, by their names.</summary>
    public ImmutableArray<TaskDefinition> Definitions => [.. _definitions.Values.OrderBy(static definition => definition.Name, StringComparer.Ordinal)];

    /// <summary>Makes the registry of all methods of an assembly that have a <see cref="TaskNameAttribute"/>, as it was generated with that assembly.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <exception cref="ArgumentException">The assembly was not built with the generator, or has no tasks.</exception>
    public static TaskRegistry FromAssembly(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        TaskRegistry registry = new();
        GeneratedTasksAttribute generated = assembly.GetCustomAttribute<GeneratedTasksAttribute>()
            ?? throw new ArgumentException($"{assembly.GetName().Name} has no methods with a [TaskName], or was built without the generator that finds them.", nameof(assembly));
        MethodInfo add = generated.Type.GetMethod("AddTo", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, [typeof(TaskRegistry)])
            ?? throw new ArgumentException($"{generated.Type} of {assembly.GetName().Name} has no method AddTo.", nameof(assembly));
        add.CreateDelegate<Action<TaskRegistry>>()(registry);
        return registry;
    }

    /// <summary>Adds a function as a task.</summary>
    /// <param name="name">The name that clients call it by.</param>
    /// <param name="function">
    /// The function: synchronous, or giving a <see cref="System.Threading.Tasks.Task"/> or a <see cref="System.Threading.Tasks.ValueTask"/>, with a result or without. A parameter of
    /// type <see cref="TaskContext"/> or <see cref="CancellationToken"/> is given by the worker, the others by the caller.
    /// </param>
    /// <param name="options">How its calls are treated; the default ones if there are none.</param>
    /// <returns>This registry.</returns>
    /// <remarks>Cost: the function is looked at once, here; its calls go through compiled code.</remarks>
    /// <exception cref="ArgumentException">There is a task of that name, or a parameter is passed by reference.</exception>
    public TaskRegistry Add(string name, Delegate function, TaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(function);
        return Add(DelegateTask.Define(name, function, options));
    }

    /// <summary>Adds a task.</summary>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">There is a task of that name.</exception>
    public TaskRegistry Add(TaskDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return _definitions.TryAdd(definition.Name, definition)
            ? this
            : throw new ArgumentException($"There is a task '{definition.Name}' already.", nameof(definition));
    }

    /// <summary>Finds a task by its name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out TaskDefinition definition) => _definitions.TryGetValue(name, out definition);
}
