using System.Globalization;

namespace Overlap.Testing.Exploration.Threads;

/// <summary>Writes a value into the story: short, and the same in every run.</summary>
internal static class ValueText
{
    public static string Of<T>(T value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        Enum or IFormattable => ((IFormattable)(object)value).ToString(null, CultureInfo.InvariantCulture),
        _ when typeof(T).IsValueType => value.ToString() ?? "",
        Delegate => "a delegate",
        _ => $"a {Name(value.GetType())}",
    };

    private static string Name(Type type) => type.Name.IndexOf('`') is >= 0 and int cut ? type.Name[..cut] : type.Name;
}
