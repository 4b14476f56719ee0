using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>The keyed lock: one at a time for each key, and no key kept that nobody uses.</summary>
internal static class ExploredKeyedLock
{
    [Explored(Schedules = 3_000)]
    public static async Task Enter_TwoKeys_OneAtATimeForEach(TaskExplorer x)
    {
        KeyedLock<string> gates = new();
        Dictionary<string, int> inside = new() { ["a"] = 0, ["b"] = 0 };
        await Task.WhenAll(((string[])["a", "a", "b", "a"]).Select((key, number) => x.Spawn($"{number} of {key}", async () =>
        {
            using (await gates.EnterAsync(key))
            {
                x.Assert(++inside[key] == 1, "two owners");
                await x.Point();
                inside[key]--;
            }
        })));
        x.Assert(gates.GetStatistics() == new KeyedLockStatistics(0, 0), $"{gates.GetStatistics()}");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_MeetsHandOver_KeyIsNotLost(TaskExplorer x)
    {
        KeyedLock<string> gates = new();
        using CancellationTokenSource source = new();
        Task[] users =
        [
            x.Spawn("owner", () => UseAsync(CancellationToken.None)),
            x.Spawn("impatient", () => UseAsync(source.Token)),
            x.Spawn("next", () => UseAsync(CancellationToken.None)),
            x.SpawnCanceller(source),
        ];
        await Task.WhenAll(users);
        x.Assert(gates.GetStatistics() == new KeyedLockStatistics(0, 0), $"{gates.GetStatistics()}");

        async Task UseAsync(CancellationToken token)
        {
            (_, Lease lease) = await gates.EnterAsync("key", token).WasGrantedAsync();
            await x.Point();
            lease.Dispose();
        }
    }
}
