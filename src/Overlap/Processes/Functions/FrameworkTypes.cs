using System.Reflection;

namespace Overlap.Processes.Functions;

/// <summary>Tells the runtime's own types from the program's.</summary>
internal static class FrameworkTypes
{
    // The keys that the runtime's assemblies are signed with.
    private static readonly HashSet<string> Keys = ["7CEC85D7BEA7798E", "B03F5F7F11D50A3A", "B77A5C561934E089", "CC7B13FFCD2DDD51", "ADB9793829DDAE60"];

    public static bool Holds(Type type) => Holds(type.Assembly);

    public static bool Holds(Assembly assembly) =>
        assembly == typeof(object).Assembly
        || (assembly.GetName() is { Name: { } name } full && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal))
            && full.GetPublicKeyToken() is { Length: > 0 } key && Keys.Contains(Convert.ToHexString(key)));
}
