using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

/// <summary>Makes values, and the JSON of values, that have every kind of part; the same seed makes the same.</summary>
internal sealed class RandomValues(int seed)
{
    private const int Depth = 5;

    private static readonly string[] Pieces =
        ["", "a", "task", "__type__", "\u00e9", "\u2603", "\ud83d\ude00", "\"", "\\", "/", "\n", "\u0001", "\u007f", "0123456789012345678901234567890123456789"];

    private readonly Random _random = new(seed);

    /// <summary>Makes a value that both JSON and MessagePack have a form for.</summary>
    public WireValue Next(int depth = 0) => _random.Next(depth < Depth ? 9 : 6) switch
    {
        0 => default,
        1 => _random.Next(2) == 0,
        2 => _random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64),
        3 => Finite(),
        4 or 5 => Text(),
        6 => (BigInteger)ulong.MaxValue - _random.Next(1000),
        7 => Enumerable.Range(0, _random.Next(6)).Select(_ => Next(depth + 1)).ToImmutableArray(),
        _ => Map(depth),
    };

    /// <summary>Writes a value with blanks and escapes where JSON allows them.</summary>
    public string Write(WireValue value)
    {
        StringBuilder json = new();
        Append(json, value);
        return json.ToString();
    }

    private WireMap Map(int depth)
    {
        int count = _random.Next(10) == 0 ? 40 : _random.Next(6);
        return new WireMap(Enumerable.Range(0, count).Select(_ => Text()).Distinct().Select(name => KeyValuePair.Create(name, Next(depth + 1))));
    }

    private double Finite()
    {
        double number = BitConverter.Int64BitsToDouble(_random.NextInt64());
        return double.IsFinite(number) ? number : 0.1;
    }

    private string Text() => string.Concat(Enumerable.Range(0, _random.Next(5)).Select(_ => Pieces[_random.Next(Pieces.Length)]));

    private void Append(StringBuilder json, WireValue value)
    {
        Blank(json);
        switch (value.Kind)
        {
            case WireKind.Array:
                json.Append('[');
                for (int index = 0; index < value.AsArray().Length; index++)
                {
                    json.Append(index == 0 ? "" : ",");
                    Append(json, value.AsArray()[index]);
                }

                Blank(json);
                json.Append(']');
                break;
            case WireKind.Map:
                json.Append('{');
                for (int index = 0; index < value.AsMap().Count; index++)
                {
                    json.Append(index == 0 ? "" : ",");
                    Append(json, value.AsMap()[index].Key);
                    json.Append(':');
                    Append(json, value.AsMap()[index].Value);
                }

                Blank(json);
                json.Append('}');
                break;
            case WireKind.Text:
                AppendText(json, value.AsText());
                break;
            default:
                json.Append(Encoding.UTF8.GetString(PythonJson.Write(value)));
                break;
        }

        Blank(json);
    }

    private void AppendText(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (char character in text)
        {
            bool mustBeEscaped = character is '"' or '\\' or < ' ' || char.IsSurrogate(character);
            _ = mustBeEscaped || _random.Next(4) == 0 ? json.Append($"\\u{(int)character:x4}") : json.Append(character);
        }

        json.Append('"');
    }

    private void Blank(StringBuilder json)
    {
        if (_random.Next(6) == 0)
        {
            json.Append(" \t\r\n"[_random.Next(4)]);
        }
    }
}
