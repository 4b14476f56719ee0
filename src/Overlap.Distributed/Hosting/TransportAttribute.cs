namespace Overlap.Distributed.Hosting;

/// <summary>Tells which class of an assembly makes its brokers.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class TransportAttribute(Type type) : Attribute
{
    /// <summary>A <see cref="Transport"/> with a constructor without parameters.</summary>
    public Type Type { get; } = type;
}
