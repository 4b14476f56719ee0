using System.Globalization;
using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Redis;

/// <summary>Works on envelopes without reading them whole: what is held is the envelope as it came, with one header more.</summary>
/// <remarks>
/// Shape: what is held is a JSON array, <c>[envelope, "exchange", "routing key"]</c>, where to go back to; ours name the queue itself, with the
/// default exchange, so that whoever brings a message back brings it where it came from and nowhere else.
/// The header <c>x-overlap-lost</c> counts how often the message was held by one who died; it is written, one higher, into what is held, and not
/// into what is given back in peace.
/// </remarks>
internal static class EnvelopeText
{
    /// <summary>The header that counts how often a message was lost by its holder.</summary>
    public const string LostHeader = "x-overlap-lost";

    private const int DeepestTried = 64;

    /// <summary>Wraps an envelope for what is held.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> envelope, string queue)
    {
        byte[] tail = [.. ", \"\", "u8, .. PythonJson.Write(queue), (byte)']'];
        byte[] wrapped = new byte[envelope.Length + tail.Length + 1];
        wrapped[0] = (byte)'[';
        envelope.CopyTo(wrapped.AsSpan(1));
        tail.CopyTo(wrapped.AsSpan(1 + envelope.Length));
        return wrapped;
    }

    /// <summary>Unwraps what is held, whoever wrapped it.</summary>
    /// <returns>Whether it is of the form; if not, nothing can be told about where it belongs.</returns>
    public static bool TryUnwrap(ReadOnlyMemory<byte> wrapped, out ReadOnlyMemory<byte> envelope, out string exchange, out string routingKey)
    {
        envelope = default;
        exchange = routingKey = "";
        ReadOnlySpan<byte> text = wrapped.Span;
        int at = SkipBlanks(text, 0);
        if (at >= text.Length || text[at] != (byte)'[')
        {
            return false;
        }

        int start = SkipBlanks(text, at + 1);
        int end = SkipValue(text, start);
        if (end < 0)
        {
            return false;
        }

        int comma = SkipBlanks(text, end);
        if (comma >= text.Length || text[comma] != (byte)',')
        {
            return false;
        }

        try
        {
            byte[] rest = [(byte)'[', .. text[(comma + 1)..]];
            WireValue names = PythonJson.Read(rest, ProtocolLimits.Default);
            if (names.Kind != WireKind.Array || names.AsArray() is not [WireValue first, WireValue second])
            {
                return false;
            }

            envelope = wrapped[start..end];
            exchange = first.Kind == WireKind.Text ? first.AsText() : "";
            routingKey = second.Kind == WireKind.Text ? second.AsText() : "";
            return exchange.Length > 0 || routingKey.Length > 0;
        }
        catch (MessageFormatException)
        {
            return false;
        }
    }

    /// <summary>Gives an envelope with the count of losses; by cutting where that is possible, else by writing it anew.</summary>
    public static byte[] WithLost(ReadOnlyMemory<byte> envelope, WireMessage message, int lost)
    {
        if (message.Headers.ContainsKey(LostHeader) || !TryFindHeaders(envelope.Span, out int at, out bool isEmpty))
        {
            return EnvelopeCodec.Write(message with { Headers = message.Headers.With(LostHeader, lost) });
        }

        byte[] header = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\"{LostHeader}\": {lost}{(isEmpty ? "" : ", ")}"));
        byte[] result = new byte[envelope.Length + header.Length];
        envelope.Span[..at].CopyTo(result);
        header.CopyTo(result.AsSpan(at));
        envelope.Span[at..].CopyTo(result.AsSpan(at + header.Length));
        return result;
    }

    /// <summary>Writes an envelope anew, marked as delivered before.</summary>
    public static byte[] Redelivered(WireMessage message, int lost) => EnvelopeCodec.Write(message with
    {
        Headers = lost > 0 ? message.Headers.With(LostHeader, lost) : message.Headers.Without(LostHeader),
        Properties = message.Properties with { IsRedelivered = true },
    });

    /// <summary>Reads the count of losses.</summary>
    public static int LostOf(WireMessage message) =>
        message.Headers[LostHeader] is { Kind: WireKind.Integer } lost ? (int)Math.Clamp(lost.AsInteger(), 0, int.MaxValue - 1) : 0;

    /// <summary>Finds where the headers of an envelope begin, behind their brace.</summary>
    public static bool TryFindHeaders(ReadOnlySpan<byte> text, out int at, out bool isEmpty)
    {
        at = -1;
        isEmpty = false;
        int place = SkipBlanks(text, 0);
        if (place >= text.Length || text[place] != (byte)'{')
        {
            return false;
        }

        place = SkipBlanks(text, place + 1);
        while (place < text.Length && text[place] == (byte)'"')
        {
            int end = SkipValue(text, place);
            if (end < 0)
            {
                return false;
            }

            ReadOnlySpan<byte> name = text[place..end];
            int colon = SkipBlanks(text, end);
            if (colon >= text.Length || text[colon] != (byte)':')
            {
                return false;
            }

            int value = SkipBlanks(text, colon + 1);
            if (name.SequenceEqual("\"headers\""u8))
            {
                at = value + 1;
                int first = SkipBlanks(text, at);
                isEmpty = first < text.Length && text[first] == (byte)'}';
                return value < text.Length && text[value] == (byte)'{';
            }

            int next = SkipValue(text, value);
            int comma = next < 0 ? text.Length : SkipBlanks(text, next);
            if (comma >= text.Length || text[comma] != (byte)',')
            {
                return false;
            }

            place = SkipBlanks(text, comma + 1);
        }

        return false;
    }

    private static int SkipBlanks(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            at++;
        }

        return at;
    }

    // Where a value ends, by its brackets and quotes alone; what is between them is not looked at. Negative: it does not end.
    private static int SkipValue(ReadOnlySpan<byte> text, int at)
    {
        int depth = 0;
        while (at < text.Length)
        {
            switch (text[at])
            {
                case (byte)'"':
                    at = SkipString(text, at);
                    if (at < 0 || depth == 0)
                    {
                        return at;
                    }

                    continue;
                case (byte)'{' or (byte)'[':
                    if (++depth > DeepestTried)
                    {
                        return -1;
                    }

                    break;
                case (byte)'}' or (byte)']':
                    if (depth == 0)
                    {
                        return at;
                    }

                    if (--depth == 0)
                    {
                        return at + 1;
                    }

                    break;
                case (byte)',' when depth == 0:
                    return at;
            }

            at++;
        }

        return -1;
    }

    private static int SkipString(ReadOnlySpan<byte> text, int at)
    {
        at++;
        while (at < text.Length)
        {
            int found = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0)
            {
                return -1;
            }

            at += found;
            if (text[at] == (byte)'"')
            {
                return at + 1;
            }

            at += 2;
        }

        return -1;
    }
}
