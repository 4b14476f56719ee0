using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>The events and the countdown: nobody sleeps through a signal.</summary>
internal static class ExploredEvents
{
    [Explored(Schedules = 3_000)]
    public static async Task AutoReset_TwoSets_WakeTwo(TaskExplorer x)
    {
        // A second Set that meets a set event is one Set: each setter waits until its own was taken.
        AsyncAutoResetEvent signal = new();
        AsyncAutoResetEvent taken = new();
        Task[] waiters = [x.Spawn("a", WaitAsync), x.Spawn("b", WaitAsync)];
        await x.Spawn("setter", async () =>
        {
            for (int round = 0; round < 2; round++)
            {
                signal.Set();
                await taken.WaitAsync();
            }
        });
        await Task.WhenAll(waiters);
        x.Assert(!signal.IsSet);

        async Task WaitAsync()
        {
            await signal.WaitAsync();
            taken.Set();
        }
    }

    [Explored(Schedules = 3_000)]
    public static async Task AutoReset_CancelMeetsSet_SignalIsNotLost(TaskExplorer x)
    {
        AsyncAutoResetEvent signal = new();
        using CancellationTokenSource source = new();
        Task<bool> waiter = x.Spawn("waiter", () => signal.WaitAsync(source.Token).WasGrantedAsync());
        Task setter = x.Spawn("setter", async () =>
        {
            await x.Point();
            signal.Set();
        });
        await Task.WhenAll(waiter, setter, x.SpawnCanceller(source));
        x.Assert(signal.IsSet == !await waiter);
    }

    [Explored(Schedules = 3_000)]
    public static async Task AutoReset_CancelledOneInFront_SignalGoesToTheNext(TaskExplorer x)
    {
        AsyncAutoResetEvent signal = new();
        using CancellationTokenSource source = new();
        Task<bool> impatient = x.Spawn("impatient", () => signal.WaitAsync(source.Token).WasGrantedAsync());
        Task patient = x.Spawn("patient", async () => await signal.WaitAsync());
        Task canceller = x.SpawnCanceller(source);
        signal.Set();
        if (await impatient)
        {
            signal.Set();
        }

        await Task.WhenAll(patient, canceller);
        x.Assert(!signal.IsSet);
    }

    [Explored(Schedules = 3_000)]
    public static async Task ManualReset_SetThenReset_WakesAllThatWaited(TaskExplorer x)
    {
        AsyncManualResetEvent signal = new();
        int waiting = 0;
        Task[] waiters = [.. Enumerable.Range(0, 3).Select(number => x.Spawn($"{number}", async () =>
        {
            ValueTask wait = signal.WaitAsync();
            waiting++;
            await wait;
        }))];
        await x.Spawn("setter", async () =>
        {
            while (waiting < 3)
            {
                await x.Point();
            }

            signal.Set();
            signal.Reset();
        });
        await Task.WhenAll(waiters);
        x.Assert(!signal.IsSet);
    }

    [Explored(Schedules = 3_000)]
    public static async Task ManualReset_DisposedWhileOthersWait_AllEnd(TaskExplorer x)
    {
        AsyncManualResetEvent signal = new();
        Task[] waiters = [.. Enumerable.Range(0, 2).Select(number => x.Spawn($"{number}", () => signal.WaitAsync().WasGrantedAsync()))];
        await x.Spawn("disposer", async () =>
        {
            await x.Point();
            signal.Dispose();
        });
        await Task.WhenAll(waiters);
    }

    [Explored(Schedules = 3_000)]
    public static async Task Countdown_SignalsOfThree_WakeAll(TaskExplorer x)
    {
        AsyncCountdownEvent countdown = new(3);
        int last = 0;
        Task[] waiters = [x.Spawn("waiter 1", async () => await countdown.WaitAsync()), x.Spawn("waiter 2", async () => await countdown.WaitAsync())];
        await Task.WhenAll(Enumerable.Range(0, 3).Select(number => x.Spawn($"{number}", async () =>
        {
            await x.Point();
            last += countdown.Signal() ? 1 : 0;
        })));
        await Task.WhenAll(waiters);
        x.Assert(last == 1, "the last signal is one");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Countdown_AddMeetsLastSignal_IsOneOrTheOther(TaskExplorer x)
    {
        AsyncCountdownEvent countdown = new(1);
        using CancellationTokenSource source = new();
        Task waiter = x.Spawn("waiter", async () => await countdown.WaitAsync());
        Task impatient = x.Spawn("impatient", () => countdown.WaitAsync(source.Token).WasGrantedAsync());
        Task adder = x.Spawn("adder", async () =>
        {
            await x.Point();
            if (countdown.TryAddCount())
            {
                await x.Point();
                countdown.Signal();
            }
        });
        Task signaller = x.Spawn("signaller", async () =>
        {
            await x.Point();
            countdown.Signal();
        });
        await Task.WhenAll(waiter, impatient, adder, signaller, x.SpawnCanceller(source));
        x.Assert(countdown.GetStatistics() is { Count: 0, Waiting: 0 }, $"{countdown.GetStatistics()}");
    }
}
