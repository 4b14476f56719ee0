using System.Reflection;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Says names as their author wrote them, not as the compiler stores them.</summary>
internal static class FunctionNames
{
    /// <summary>Whether the compiler made the type to hold what a function captures, or the state of one that pauses.</summary>
    /// <remarks>No author can give such a name; the attribute that says so is left out on closures within closures.</remarks>
    public static bool IsClosure(Type type) =>
        type.IsNested && (type.Name is ['<', ..] || type.Name.StartsWith("_Closure$", StringComparison.Ordinal));

    /// <summary>Whether a closure's field only keeps a delegate so that it is not made twice.</summary>
    public static bool IsCache(FieldInfo field) => field.Name.StartsWith("<>9", StringComparison.Ordinal);

    /// <summary>Whether a closure's field is the object around it: <c>this</c>, or the closure of an outer scope.</summary>
    public static bool IsThis(FieldInfo field) => field.Name is "$VB$Me" || (field.Name.StartsWith("<>", StringComparison.Ordinal) && field.Name.EndsWith("__this", StringComparison.Ordinal));

    public static string Of(MethodBase method)
    {
        Type? type = method.DeclaringType;
        while (type is { DeclaringType: not null } && (IsClosure(type) || type.Name[0] == '<'))
        {
            type = type.DeclaringType;
        }

        string owner = type is null ? "" : Of(type) + ".";
        string name = method.Name;
        if (name is not ['<', ..] || Closing(name) is not (> 0 and int end))
        {
            return owner + name;
        }

        string outer = owner + name[1..end].Replace("<", "", StringComparison.Ordinal).Replace(">", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal);
        int bar = name.IndexOf('|', end);
        return name[end..] is [_, 'g', '_', '_', ..] && bar > 0
            ? $"{name[(end + 4)..bar]} in {outer}"
            : name[end..] is [_, 'b', '_', '_', ..] ? $"lambda in {outer}" : outer;
    }

    /// <summary>Names a function at the begin of a sentence.</summary>
    public static string Subject(MethodBase method) => $"The {(method.Name is ['<', ..] ? "" : "function ")}{Of(method)}";

    public static string Of(FieldInfo field)
    {
        string name = field.Name;
        if (IsThis(field))
        {
            return "this";
        }

        if (name.StartsWith("$VB$Local_", StringComparison.Ordinal))
        {
            return name["$VB$Local_".Length..];
        }

        // `<name>k__BackingField`, `<name>P`, `<name>5__2`, and `<>3__name` of what an iterator was called with.
        return name is not ['<', ..] || Closing(name) is not (> 0 and int end) ? name
            : end > 1 ? name[1..end]
            : name.IndexOf("__", StringComparison.Ordinal) is > 0 and int bar ? name[(bar + 2)..] : name;
    }

    public static string Of(Type type) =>
        type.Name.StartsWith("<>f__Anonymous", StringComparison.Ordinal) ? "anonymous type" : TypeNames.Of(type);

    // Where the name of the method around it ends: `<Main>b__0`, and `<<Main>$>b__0` of a program without a Main of its own.
    private static int Closing(string name)
    {
        int depth = 0;
        for (int i = 0; i < name.Length; i++)
        {
            depth += name[i] == '<' ? 1 : name[i] == '>' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        return -1;
    }
}
