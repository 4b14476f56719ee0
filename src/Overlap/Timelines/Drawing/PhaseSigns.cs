using System.Text;

namespace Overlap.Timelines.Drawing;

/// <summary>Turns columns of phases into signs, and remembers which it used for the legend.</summary>
internal sealed class PhaseSigns(bool ascii, bool color)
{
    private const int Idle = 5;
    private const int Failed = 6;
    private const int Canceled = 7;
    private const int Running = 8;

    // Less of a column than this is rounding, and never earns a sign.
    private const double Trace = 1e-4;

    private static readonly Sign[] Signs =
    [
        new("work", '█', '#', "94"),
        new("waiting", '░', '=', "91"),
        new("held back by a limit", '~', '~', "93"),
        new("waiting to retry", '^', '^', "95"),
        new("unattributed", '▒', '%', "37"),
        new("idle", '·', '.', "90"),
        new("failed", '!', '!', "1;97;41"),
        new("cancelled", '×', 'x', "1;93"),
        new("still running", '›', '>', "1;92"),
    ];

    private readonly bool[] _used = new bool[Signs.Length];
    private bool _workSpread;

    private sealed record Sign(string Name, char Block, char Ascii, string Color);

    public string Row(PhaseMix[] columns)
    {
        int[] chosen = Choose(columns);
        StringBuilder row = new();
        int last = -1;
        foreach (int sign in chosen)
        {
            _used[sign] = true;
            if (color && sign != last)
            {
                _ = row.Append("\e[0m\e[").Append(Signs[sign].Color).Append('m');
            }

            _ = row.Append(ascii ? Signs[sign].Ascii : Signs[sign].Block);
            last = sign;
        }

        return color && last >= 0 ? row.Append("\e[0m").ToString() : row.ToString();
    }

    /// <summary>Draws a row of bars, each an amount of a whole.</summary>
    public string Spark(double[] amounts, double whole)
    {
        const string Blocks = " ▁▂▃▄▅▆▇█";
        const string Digits = " 123456789";
        string ramp = ascii ? Digits : Blocks;
        return string.Concat(amounts.Select(amount => amount <= 0
            ? ramp[0]
            : ramp[Math.Clamp((int)Math.Round(amount / whole * (ramp.Length - 1)), 1, ramp.Length - 1)]));
    }

    public string Legend()
    {
        IEnumerable<string> used = Enumerable.Range(0, Signs.Length).Where(i => _used[i]).Select(i =>
            color
                ? $"\e[{Signs[i].Color}m{(ascii ? Signs[i].Ascii : Signs[i].Block)}\e[0m {Signs[i].Name}"
                : $"{(ascii ? Signs[i].Ascii : Signs[i].Block)} {Signs[i].Name}");
        string legend = string.Join("  ", used);
        return _workSpread ? $"{legend}  (signs are in proportion: where in an item a thread worked is not known)" : legend;
    }

    /// <summary>The visible length of a line with colour codes.</summary>
    public static int LengthOf(string line)
    {
        int length = 0;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '\e')
            {
                i = line.IndexOf('m', i);
                continue;
            }

            length++;
        }

        return length;
    }

    public static string ToAscii(string text) =>
        string.Concat(text.Replace("…", "...").Replace(" · ", ", ").Select(static c => c switch { '·' => '.', '×' => 'x', 'µ' => 'u', > '~' => '?', _ => c }));

    // Each phase collects what it had of every column and pays a whole column when it is chosen: numbers of signs come out in proportion.
    private int[] Choose(PhaseMix[] columns)
    {
        int[] chosen = new int[columns.Length];
        double[] credit = new double[Idle + 1];
        double[] parts = new double[Idle + 1];
        int[] count = new int[Idle + 1];
        int[] richest = new int[Idle + 1];
        double[] most = new double[Idle + 1];
        for (int column = 0; column < columns.Length; column++)
        {
            double whole = Math.Max(1, columns[column].Busy);
            for (int phase = 0; phase < Idle; phase++)
            {
                parts[phase] = columns[column][(SpanPhase)phase] / whole;
            }

            parts[Idle] = Math.Max(0, 1 - (columns[column].Busy / whole));
            int best = Idle;
            for (int phase = 0; phase <= Idle; phase++)
            {
                credit[phase] += parts[phase];
                if (parts[phase] > most[phase])
                {
                    (most[phase], richest[phase]) = (parts[phase], column);
                }

                if (parts[phase] > Trace && (parts[best] <= Trace || credit[phase] > credit[best]))
                {
                    best = phase;
                }
            }

            _workSpread |= parts[0] > 0.01 && parts[1] > 0.01;
            credit[best] -= 1;
            count[best]++;
            chosen[column] = best;
        }

        ShowRare(chosen, count, richest, most);
        for (int column = 0; column < columns.Length; column++)
        {
            PhaseMix mix = columns[column];
            chosen[column] = mix.Failed > 0 ? Failed : mix.Canceled > 0 ? Canceled : mix.Running > 0 ? Running : chosen[column];
        }

        return chosen;
    }

    // A phase too small for a sign of its own gets one where it is largest, so that it does not seem absent. What is unattributed
    // is spread thinly over all lanes alike: a sign in each would show it many times too large.
    private static void ShowRare(int[] chosen, int[] count, int[] richest, double[] most)
    {
        for (int phase = 0; phase < (int)SpanPhase.Unattributed; phase++)
        {
            if (count[phase] == 0 && most[phase] > Trace && count[chosen[richest[phase]]] > 1)
            {
                count[chosen[richest[phase]]]--;
                chosen[richest[phase]] = phase;
                count[phase] = 1;
            }
        }
    }
}
