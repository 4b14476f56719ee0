using System.Reflection;

namespace Overlap.Tests.Synchronization;

/// <summary>Counts what is registered on a token. The runtime shows it nowhere, so its own fields are read; a test fails when they are not there.</summary>
internal static class Registrations
{
    private static readonly FieldInfo List = Field(typeof(CancellationTokenSource), "_registrations");
    private static readonly FieldInfo First = Field(List.FieldType, "Callbacks");
    private static readonly FieldInfo Next = Field(First.FieldType, "Next");

    public static int CountOf(CancellationTokenSource source)
    {
        int count = 0;
        for (object? node = List.GetValue(source) is { } list ? First.GetValue(list) : null; node is not null; node = Next.GetValue(node))
        {
            count++;
        }

        return count;
    }

    private static FieldInfo Field(Type type, string name) =>
        type.GetField(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        ?? throw new InvalidOperationException($"{type} has no field {name} in this runtime: registrations cannot be counted.");
}
