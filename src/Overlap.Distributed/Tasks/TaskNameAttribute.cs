namespace Overlap.Distributed.Tasks;

/// <summary>Makes a static method a task, under the name that clients call it by.</summary>
/// <param name="name">The name, as <c>tasks.add</c>: the whole contract between who calls and who runs.</param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class TaskNameAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>The static field or property of the same class that holds the task's <see cref="TaskOptions"/>; <see langword="null"/>: the default ones.</summary>
    public string? Options { get; set; }
}
