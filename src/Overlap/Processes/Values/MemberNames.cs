using System.Reflection;

namespace Overlap.Processes.Values;

/// <summary>Names fields as the program's text does: the compiler gives names of its own to those it adds.</summary>
internal static class MemberNames
{
    private static readonly string[] BackingSuffixes = [">k__BackingField", ">i__Field"];

    public static string Of(FieldInfo field) => PropertyOf(field) ?? CapturedParameterOf(field) ?? field.Name;

    /// <summary>Gives the name of the property whose value a field holds; also of anonymous types.</summary>
    public static string? PropertyOf(FieldInfo field) =>
        field.Name.StartsWith('<') && Array.Find(BackingSuffixes, suffix => field.Name.EndsWith(suffix, StringComparison.Ordinal)) is { } suffix
            ? field.Name[1..^suffix.Length]
            : null;

    /// <summary>Gives the name of the constructor's parameter that a field keeps, since a method reads it.</summary>
    public static string? CapturedParameterOf(FieldInfo field) =>
        field.Name.StartsWith('<') && field.Name.EndsWith(">P", StringComparison.Ordinal) ? field.Name[1..^2] : null;
}
