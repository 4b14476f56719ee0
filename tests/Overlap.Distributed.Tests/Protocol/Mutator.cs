namespace Overlap.Distributed.Tests.Protocol;

/// <summary>Damages bytes: flips, cuts, doubles, swaps and replaces some; the same seed does the same.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[][] Words =
    [
        "null"u8.ToArray(), "NaN"u8.ToArray(), "1e999"u8.ToArray(), "{}"u8.ToArray(), "[]"u8.ToArray(), "\"\\ud800\""u8.ToArray(), "-1"u8.ToArray(),
        "\"__type__\""u8.ToArray(), "99999999999999999999"u8.ToArray(), "[[[[[[[["u8.ToArray(), [0xFF, 0xFE], [0xC1], [0xDF, 0xFF, 0xFF, 0xFF, 0xFF], [0],
    ];

    private readonly Random _random = new(seed);

    /// <summary>Gives a damaged copy.</summary>
    public byte[] Mutate(byte[] bytes)
    {
        List<byte> result = [.. bytes];
        for (int times = 1 + _random.Next(4); times > 0 && result.Count > 0; times--)
        {
            int at = _random.Next(result.Count);
            int length = Math.Min(result.Count - at, 1 + _random.Next(12));
            switch (_random.Next(7))
            {
                case 0:
                    result[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    result[at] = (byte)_random.Next(256);
                    break;
                case 2:
                    result.RemoveRange(at, length);
                    break;
                case 3:
                    result.InsertRange(_random.Next(result.Count), result.GetRange(at, length));
                    break;
                case 4:
                    result.RemoveRange(at, result.Count - at);
                    break;
                default:
                    byte[] word = Words[_random.Next(Words.Length)];
                    result.RemoveRange(at, Math.Min(length, _random.Next(3) * word.Length));
                    result.InsertRange(at, word);
                    break;
            }
        }

        return [.. result];
    }
}
