using System.Text;

namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>A schedule as a short text that a developer copies: its choices, and what tells whether they still fit.</summary>
/// <remarks>
/// Shape: the mode's prefix, the choices, "-", five digits of the trace and three that guard the text itself. The choices are pairs: how many
/// zeros, then the choice behind them; trailing zeros are left out. Digits are Crockford's base 32, so that upper and lower case are the same
/// and no letter is taken for a digit.
/// Errors: <see cref="ArgumentException"/> with one line.
/// </remarks>
internal static class SeedText
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const char NoChoice = '0';   // Alone, where a pair would stand.
    private const int TraceDigits = 5;
    private const int GuardDigits = 3;
    private const int MostChoices = 1_000_000;

    public static string Write(string prefix, IReadOnlyList<int> choices, ulong trace)
    {
        StringBuilder text = new(prefix);
        int zeros = 0;
        foreach (int choice in choices)
        {
            if (choice == 0)
            {
                zeros++;
            }
            else
            {
                WriteNumber(text, zeros);
                WriteNumber(text, choice - 1);
                zeros = 0;
            }
        }

        if (text.Length == prefix.Length)
        {
            text.Append(NoChoice);
        }

        text.Append('-');
        WriteDigits(text, CheckOf(trace), TraceDigits);
        WriteDigits(text, GuardOf(text.ToString()), GuardDigits);
        return text.ToString();
    }

    /// <summary>Whether a trace is the one for which a seed was made.</summary>
    public static bool Fits(uint check, ulong trace) => CheckOf(trace) == check;

    /// <summary>Reads a seed.</summary>
    /// <returns>The choices, and what <see cref="Fits"/> compares.</returns>
    /// <exception cref="ArgumentException">The text is no seed of this mode, or was cut or mistyped.</exception>
    public static (List<int> Choices, uint Check) Read(string prefix, string seed)
    {
        string text = seed.Trim().ToUpperInvariant();
        if (!text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"The seed '{seed}' is not one of this kind of program: it must begin with '{prefix}'.", nameof(seed));
        }

        int end = text.Length - TraceDigits - GuardDigits - 1;
        if (end < prefix.Length || text[end] != '-' || !IsWhole(prefix, text))
        {
            throw new ArgumentException($"The seed '{seed}' was cut or mistyped: its check digits do not fit.", nameof(seed));
        }

        List<int> choices = [];
        int position = text[prefix.Length] == NoChoice && end == prefix.Length + 1 ? end : prefix.Length;
        while (position < end)
        {
            int zeros = ReadNumber(text, ref position);
            int choice = ReadNumber(text, ref position) + 1;
            if (position > end || (uint)zeros > MostChoices || choice <= 0)
            {
                throw new ArgumentException($"The seed '{seed}' is no schedule.", nameof(seed));
            }

            choices.AddRange(Enumerable.Repeat(0, zeros));
            choices.Add(choice);
        }

        return (choices, (uint)ReadDigits(text, end + 1, TraceDigits));
    }

    private static uint CheckOf(ulong trace) => (uint)(SplitMix.Mix(trace) & ((1 << (5 * TraceDigits)) - 1));

    private static uint GuardOf(string text)
    {
        ulong hash = 0;
        foreach (char character in text)
        {
            hash = SplitMix.Mix((hash ^ character) + 0x9E3779B97F4A7C15);
        }

        return (uint)(hash & ((1 << (5 * GuardDigits)) - 1));
    }

    private static bool IsWhole(string prefix, string text)
    {
        string guarded = prefix + text[prefix.Length..^GuardDigits];
        return text[prefix.Length..].All(static character => character == '-' || Digits.Contains(character))
            && GuardOf(guarded) == ReadDigits(text, text.Length - GuardDigits, GuardDigits);
    }

    // Four bits a digit, lowest first; the fifth says that another follows.
    private static void WriteNumber(StringBuilder text, int number)
    {
        do
        {
            text.Append(Digits[(number & 15) | (number > 15 ? 16 : 0)]);
            number >>= 4;
        }
        while (number > 0);
    }

    private static int ReadNumber(string text, ref int position)
    {
        int number = 0;
        for (int shift = 0; ; shift += 4)
        {
            int digit = Digits.IndexOf(text[position++], StringComparison.Ordinal);
            number |= (digit & 15) << shift;
            if (digit < 16)
            {
                return number;
            }
        }
    }

    private static void WriteDigits(StringBuilder text, uint number, int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            text.Append(Digits[(int)(number >> (5 * i)) & 31]);
        }
    }

    private static int ReadDigits(string text, int position, int count)
    {
        int number = 0;
        for (int i = 0; i < count; i++)
        {
            number = (number << 5) | Digits.IndexOf(text[position + i], StringComparison.Ordinal);
        }

        return number;
    }
}
