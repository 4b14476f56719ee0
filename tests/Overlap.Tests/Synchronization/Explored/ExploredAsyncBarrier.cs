using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>The barrier: nobody leaves a phase before all have come, and nobody waits for one who does not come.</summary>
internal static class ExploredAsyncBarrier
{
    [Explored(Schedules = 3_000)]
    public static async Task SignalAndWait_TwoPhases_NobodyRunsAhead(TaskExplorer x)
    {
        int actions = 0;
        int[] arrived = new int[2];
        AsyncBarrier barrier = new(3, phase => actions++);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(number => x.Spawn($"{number}", async () =>
        {
            for (int phase = 0; phase < 2; phase++)
            {
                arrived[phase]++;
                await barrier.SignalAndWaitAsync();
                x.Assert(arrived[phase] == 3, "left before all had come");
                x.Assert(actions > phase, "left before the phase action");
            }
        })));
        x.Assert(actions == 2);
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_MeetsTheLastArrival_AllOrNone(TaskExplorer x)
    {
        AsyncBarrier barrier = new(3);
        using CancellationTokenSource source = new();
        Task<string>[] ends =
        [
            x.Spawn("impatient", () => ArriveAsync(source.Token)),
            x.Spawn("a", () => ArriveAsync(CancellationToken.None)),
            x.Spawn("b", () => ArriveAsync(CancellationToken.None)),
        ];
        await Task.WhenAll([.. ends, x.SpawnCanceller(source)]);
        string[] all = await Task.WhenAll(ends);
        x.Assert(
            all is ["passed", "passed", "passed"] or ["cancelled", "broken", "broken"],
            string.Join(", ", all));

        async Task<string> ArriveAsync(CancellationToken token)
        {
            try
            {
                await barrier.SignalAndWaitAsync(token);
                return "passed";
            }
            catch (OperationCanceledException)
            {
                return "cancelled";
            }
            catch (BrokenBarrierException)
            {
                return "broken";
            }
        }
    }

    [Explored(Schedules = 3_000)]
    public static async Task Participate_OneDies_TheOthersAreTold(TaskExplorer x)
    {
        AsyncBarrier barrier = new(2);
        string[] ends = await Task.WhenAll(
            x.Spawn("dies", () => EndOfAsync(async () =>
            {
                await x.Point();
                throw new InvalidOperationException("dead");
            })),
            x.Spawn("waits", () => EndOfAsync(async () => await barrier.SignalAndWaitAsync())));
        x.Assert(ends is ["dead", "broken"], string.Join(", ", ends));

        async Task<string> EndOfAsync(Func<Task> body)
        {
            try
            {
                await barrier.ParticipateAsync(body);
                return "ended";
            }
            catch (BrokenBarrierException)
            {
                return "broken";
            }
            catch (InvalidOperationException exception)
            {
                return exception.Message;
            }
        }
    }

    [Explored(Schedules = 3_000)]
    public static async Task Abort_ByOneWhoDies_TheOthersAreTold(TaskExplorer x)
    {
        AsyncBarrier barrier = new(3);
        int told = 0;
        await Task.WhenAll(
            x.Spawn("dies", async () =>
            {
                await x.Point();
                barrier.Abort(new InvalidOperationException("dead"));
                told++;
            }),
            x.Spawn("a", ArriveAsync),
            x.Spawn("b", ArriveAsync));
        x.Assert(told == 3);

        async Task ArriveAsync()
        {
            try
            {
                await barrier.SignalAndWaitAsync();
            }
            catch (BrokenBarrierException)
            {
                told++;
            }
        }
    }
}
