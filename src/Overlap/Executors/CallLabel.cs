using System.Globalization;

namespace Overlap.Executors;

/// <summary>Names a call after its argument, for a reader of the timeline.</summary>
internal static class CallLabel
{
    public static string? Of<T>(T argument) => argument switch
    {
        string text => text,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        ValueTuple => null,
        _ => argument?.ToString(),
    };
}
