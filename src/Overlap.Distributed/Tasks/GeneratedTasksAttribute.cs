using System.ComponentModel;

namespace Overlap.Distributed.Tasks;

/// <summary>Tells where the generated registry of an assembly is. Written by the generator.</summary>
/// <param name="type">The class with the static method <c>AddTo(TaskRegistry)</c>.</param>
[AttributeUsage(AttributeTargets.Assembly)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GeneratedTasksAttribute(Type type) : Attribute
{
    /// <summary>The class.</summary>
    public Type Type { get; } = type;
}
