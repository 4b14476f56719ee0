using System.Globalization;

namespace Overlap.Distributed.Protocol;

/// <summary>JSON as Python reads and writes it.</summary>
/// <remarks>
/// Shape: RFC 8259, and beyond it <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>, whole numbers of up to <see cref="MostDigits"/> digits,
/// lone surrogates by escapes, and the type tags of kombu 5.3 and later.
/// Errors: only <see cref="MessageFormatException"/>, with the byte at which reading stopped.
/// Source: Python's <c>json</c> module and kombu's <c>utils/json.py</c>, by what they put on the wire.
/// </remarks>
internal static class PythonJson
{
    /// <summary>The digits of the longest whole number; Python 3.11 and later read no longer one.</summary>
    public const int MostDigits = 4300;

    /// <summary>Reads one document.</summary>
    /// <param name="json">The document in UTF-8, with nothing behind it but white space.</param>
    /// <param name="limits">How large and how deep it may be.</param>
    /// <exception cref="MessageFormatException">It is no such document, or is beyond a limit.</exception>
    public static WireValue Read(ReadOnlySpan<byte> json, ProtocolLimits limits)
    {
        PythonJsonReader reader = new(json, limits);
        try
        {
            return reader.ReadDocument();
        }
        finally
        {
            reader.Dispose();
        }
    }

    /// <summary>Writes a value, ASCII only, with the blanks that Python writes.</summary>
    /// <param name="value">The value.</param>
    /// <param name="emitsTypeTags">Whether dates, decimals, UUIDs and bytes are tagged, which kombu before 5.3 does not understand; without tags they are plain texts, and bytes are refused.</param>
    /// <param name="emitsNonFinite">Whether NaN and the infinities are written, which is no JSON but what Python writes and reads; otherwise they are refused.</param>
    /// <exception cref="MessageFormatException">It holds something that cannot be written so; the message names the place.</exception>
    public static byte[] Write(WireValue value, bool emitsTypeTags = false, bool emitsNonFinite = false)
    {
        PythonJsonWriter writer = new(emitsTypeTags, emitsNonFinite);
        try
        {
            writer.WriteValue(value);
            return writer.ToArray();
        }
        catch (MessageFormatException refusal)
        {
            throw WithPlace(refusal, value, emitsTypeTags, emitsNonFinite);
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Gives an error of the writer that tells the place too.</summary>
    public static MessageFormatException WithPlace(MessageFormatException refusal, WireValue value, bool emitsTypeTags, bool emitsNonFinite) =>
        RefusedValue.WithPlace(refusal, value, candidate => IsRefused(candidate, emitsTypeTags, emitsNonFinite));

    private static bool IsRefused(WireValue value, bool emitsTypeTags, bool emitsNonFinite) => value.Kind switch
    {
        WireKind.Bytes => !emitsTypeTags,
        WireKind.Number => !emitsNonFinite && !double.IsFinite(value.AsNumber()),
        WireKind.BigInteger => value.AsBigInteger().ToString(CultureInfo.InvariantCulture).TrimStart('-').Length > MostDigits,
        _ => false,
    };
}
