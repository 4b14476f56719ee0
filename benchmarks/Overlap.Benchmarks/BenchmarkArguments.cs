using Overlap.Benchmarks.Areas;

namespace Overlap.Benchmarks;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Areas">The areas to measure; none: list them.</param>
/// <param name="Rounds">The rounds to keep of every comparison.</param>
/// <param name="WriteResults">Whether the result file is written.</param>
internal sealed record BenchmarkArguments(IReadOnlyList<BenchmarkArea> Areas, int Rounds, bool WriteResults)
{
    private const int DefaultRounds = 7;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">Something is not known; the message names it.</exception>
    public static BenchmarkArguments Parse(IReadOnlyList<string> arguments, IReadOnlyList<BenchmarkArea> known)
    {
        List<BenchmarkArea> areas = [];
        int rounds = DefaultRounds;
        bool write = true;
        for (int i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--rounds":
                    string value = ++i < arguments.Count ? arguments[i] : "";
                    rounds = int.TryParse(value, out int number) && number > 0
                        ? number
                        : throw new FormatException($"--rounds takes a number from 1, not '{value}'");
                    break;
                case "--no-results":
                    write = false;
                    break;
                case "all":
                    areas.AddRange(known);
                    break;
                case { } name:
                    areas.Add(known.FirstOrDefault(area => area.Name == name) ?? throw new FormatException($"unknown area '{name}'"));
                    break;
            }
        }

        return new BenchmarkArguments([.. areas.Distinct()], rounds, write);
    }
}
