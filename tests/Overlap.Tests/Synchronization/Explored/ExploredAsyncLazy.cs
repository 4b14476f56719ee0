using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>The lazy value: made once, whoever asks and whoever gives up.</summary>
internal static class ExploredAsyncLazy
{
    [Explored(Schedules = 3_000)]
    public static async Task Get_ThreeAskOneGivesUp_MadeOnce(TaskExplorer x)
    {
        int runs = 0;
        using CancellationTokenSource source = new();
        AsyncLazy<int> lazy = new(async _ =>
        {
            await x.Point();
            return ++runs;
        });
        Task<(bool IsGranted, int Value)>[] gets =
        [
            x.Spawn("impatient", () => lazy.GetAsync(source.Token).WasGrantedAsync()),
            x.Spawn("a", () => lazy.GetAsync().WasGrantedAsync()),
            x.Spawn("b", () => lazy.GetAsync().WasGrantedAsync()),
        ];
        await Task.WhenAll([.. gets, x.SpawnCanceller(source)]);
        x.Assert(runs == 1, "made more than once");
        x.Assert((await gets[1]).Value == 1 && (await gets[2]).Value == 1);
    }

    [Explored(Schedules = 3_000)]
    public static async Task Get_AbandonedAndAskedAgain_GivesAValue(TaskExplorer x)
    {
        using CancellationTokenSource source = new();
        int running = 0;
        AsyncLazy<int> lazy = new(
            async token =>
            {
                x.Assert(++running == 1, "two at a time");
                try
                {
                    await x.Point();
                    token.ThrowIfCancellationRequested();
                    return 1;
                }
                finally
                {
                    running--;
                }
            },
            new AsyncLazyOptions { CancelWhenAbandoned = true });
        Task impatient = x.Spawn("impatient", () => lazy.GetAsync(source.Token).WasGrantedAsync());
        Task<int> patient = x.Spawn("patient", async () =>
        {
            await x.Point();
            return await lazy.GetAsync();
        });
        await Task.WhenAll(impatient, patient, x.SpawnCanceller(source));
        x.Assert(await patient == 1);
    }
}
