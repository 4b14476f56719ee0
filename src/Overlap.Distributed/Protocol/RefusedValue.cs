using System.Globalization;
using System.Text;

namespace Overlap.Distributed.Protocol;

/// <summary>Finds where a value sits that a format has no form for, so that an error can name the place.</summary>
/// <remarks>Looked for only once writing has failed: keeping the way there while writing would cost every message.</remarks>
internal static class RefusedValue
{
    /// <summary>Gives the place of the first refused value, as <c>[2].name</c>; <see langword="null"/>: there is none.</summary>
    /// <param name="value">What is looked through.</param>
    /// <param name="isRefused">Whether one value, no list and no map, is refused.</param>
    public static string? Find(WireValue value, Func<WireValue, bool> isRefused)
    {
        StringBuilder place = new();
        return TryFind(value, isRefused, place) ? place.ToString() : null;
    }

    /// <summary>Gives an error that tells the place too.</summary>
    /// <param name="refusal">The error.</param>
    /// <param name="value">What was being written.</param>
    /// <param name="isRefused">Whether one value, no list and no map, is refused.</param>
    public static MessageFormatException WithPlace(MessageFormatException refusal, WireValue value, Func<WireValue, bool> isRefused) =>
        refusal.Defect != MessageDefect.TooDeep && Find(value, isRefused) is { Length: > 0 } place
            ? new MessageFormatException(refusal.Defect, $"{refusal.Message} It is at {place.TrimStart('.')}.", refusal)
            : refusal;

    private static bool TryFind(WireValue value, Func<WireValue, bool> isRefused, StringBuilder place)
    {
        int length = place.Length;
        if (value.Kind == WireKind.Array)
        {
            for (int index = 0; index < value.AsArray().Length; index++)
            {
                place.Append(CultureInfo.InvariantCulture, $"[{index}]");
                if (TryFind(value.AsArray()[index], isRefused, place))
                {
                    return true;
                }

                place.Length = length;
            }

            return false;
        }

        if (value.Kind != WireKind.Map)
        {
            return isRefused(value);
        }

        foreach (KeyValuePair<string, WireValue> entry in value.AsMap())
        {
            place.Append('.').Append(entry.Key);
            if (TryFind(entry.Value, isRefused, place))
            {
                return true;
            }

            place.Length = length;
        }

        return false;
    }
}
