using Overlap.Testing.Exploration;

namespace Overlap.Cli.Tests.Commands;

/// <summary>What <c>overlap race --assembly</c> finds in this assembly.</summary>
internal static class ExploredCounters
{
    [Explored(Strategy = ExplorationStrategy.Exhaustive)]
    public static async Task UnsafeAsync(TaskExplorer x)
    {
        int count = 0;
        await Task.WhenAll(x.Spawn("first", CountAsync), x.Spawn("second", CountAsync));
        x.Assert(count == 2);

        async Task CountAsync()
        {
            int read = count;
            await Task.Yield();
            count = read + 1;
        }
    }

    [Explored(Strategy = ExplorationStrategy.Exhaustive)]
    public static async Task SafeAsync(TaskExplorer x)
    {
        Console.WriteLine("counting");
        int count = 0;
        await Task.WhenAll(x.Spawn("first", CountAsync), x.Spawn("second", CountAsync));
        x.Assert(count == 2);

        async Task CountAsync()
        {
            await Task.Yield();
            count++;
        }
    }
}
