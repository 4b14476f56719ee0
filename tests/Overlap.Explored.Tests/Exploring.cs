using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests;

/// <summary>How far the tests of this project explore: some thousand schedules each, and fifty times as many in a thorough run.</summary>
internal static class Exploring
{
    private const int ThoroughFactor = 50;

    private static readonly bool IsThorough = Environment.GetEnvironmentVariable("OVERLAP_THOROUGH") == "1";

    /// <summary>Explores a program that must hold in every order.</summary>
    public static void Holds(Action<ThreadExplorer> program, int schedules = 2_000, bool storeBuffers = false) => Explore.RunThreads(program, new ExplorationOptions
    {
        Schedules = IsThorough ? schedules * ThoroughFactor : schedules,
        StoreBuffers = storeBuffers,
    }).ThrowIfFailed();

    /// <summary>Explores every order of a small program, however many preemptions that takes.</summary>
    public static ExplorationResult Exhaust(Action<ThreadExplorer> program, bool storeBuffers = false) => Explore.RunThreads(program, new ExplorationOptions
    {
        Strategy = ExplorationStrategy.Exhaustive,
        Preemptions = null,
        Schedules = 200_000,
        StoreBuffers = storeBuffers,
    });
}
