using System.Globalization;

namespace Overlap.Processes.Dispatch;

/// <summary>Counts the pools around a worker, so that a program that makes a pool in each call does not become a fork bomb.</summary>
internal static class NestingDepth
{
    /// <summary>The most pools inside one another.</summary>
    public const int Most = 4;

    private const string Variable = "OVERLAP_POOL_DEPTH";

    private static int Here => int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out int depth)
        ? depth : 0;

    /// <exception cref="ProcessNestingException">The pool would be one too many.</exception>
    public static void Check()
    {
        if (Here >= Most)
        {
            throw new ProcessNestingException(
                $"A process pool inside {Here} others is refused: each call of each would start processes of its own. Make one pool, in the program itself.");
        }
    }

    /// <summary>What a child's environment says.</summary>
    public static Dictionary<string, string?> ForChild() => new() { [Variable] = (Here + 1).ToString(CultureInfo.InvariantCulture) };
}
