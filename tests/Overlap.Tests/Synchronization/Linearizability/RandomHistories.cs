using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Linearizability;

/// <summary>Makes histories of real calls: three tasks on the pool, random operations, one call in four cancelled at about the time of its begin.</summary>
/// <remarks>
/// A cancelled call is withdrawn: the others have to make sense as if it had never been made. A time-out is the same to a primitive: its token is
/// cancelled by a timer. Nothing can hang: every wait has a token, and one more task goes round and cancels whatever waits until all have ended.
/// </remarks>
internal static class RandomHistories
{
    private const int Lanes = 3;
    private const int Calls = 10;
    private const int Seed = 4_711;

    // Calls of a canceller's round in which it only lets others go first: else hardly any wait would be granted.
    private const int Pauses = 20;

    /// <summary>One task that calls: what it holds and who it is.</summary>
    internal sealed class Lane(int number, Random random)
    {
        public int Number { get; } = number;

        public Random Random { get; } = random;

        /// <summary>What the lane holds, in the words of its test.</summary>
        public int Holds { get; set; }

        public CancellationTokenSource? Source { get; set; }
    }

    /// <summary>Makes histories, each of an object of its own, and judges every one.</summary>
    /// <param name="model">What the object does when its operations run one after the other.</param>
    /// <param name="make">Makes the object.</param>
    /// <param name="choose">Chooses the next operation of a lane, by its chance and what it holds.</param>
    /// <param name="perform">Calls it.</param>
    public static async Task JudgeAsync<TObject, TState, TOperation, TResult>(
        LinearizableModel<TState, TOperation, TResult> model,
        Func<TObject> make,
        Func<Lane, TOperation> choose,
        Func<TObject, Lane, TOperation, CancellationToken, Task<TResult>> perform)
    {
        int cancelled = 0;
        int made = 0;
        for (int history = 0; history < Thorough.Times(100, 5_000); history++)
        {
            TObject subject = make();
            History<TOperation, TResult> calls = new();
            Lane[] lanes = [.. Enumerable.Range(0, Lanes).Select(number => new Lane(number, new Random(Seed + (history * Lanes) + number)))];
            Task all = Task.WhenAll(lanes.Select(lane => Task.Run(() => CallAsync(subject, lane, calls, choose, perform))));
            await CancelUntilAsync(all, lanes);
            await all;
            Overlap.Testing.Exploration.Linearizability.Check(calls, model).ThrowIfNotLinearizable();
            cancelled += calls.Calls.Count(static call => call.IsWithdrawn);
            made += calls.Calls.Count;
        }

        // Histories in which nobody waits long enough to be cancelled prove little.
        TestContext.Current.TestOutputHelper?.WriteLine($"{cancelled} of {made} calls were cancelled.");
        Assert.InRange(cancelled, 1, made / 2);
    }

    private static async Task CallAsync<TObject, TOperation, TResult>(
        TObject subject,
        Lane lane,
        History<TOperation, TResult> calls,
        Func<Lane, TOperation> choose,
        Func<TObject, Lane, TOperation, CancellationToken, Task<TResult>> perform)
    {
        for (int call = 0; call < Calls; call++)
        {
            CancellationTokenSource source = new();
            lane.Source = source;
            TOperation operation = choose(lane);
            if (lane.Random.Next(4) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), source, preferLocal: false);
            }

            HistoryCall<TOperation, TResult> noted = calls.Invoke($"{lane.Number}", operation);
            try
            {
                noted.Return(await perform(subject, lane, operation, source.Token));
            }
            catch (OperationCanceledException)
            {
                noted.Withdraw();
            }

            // Others come while this one holds what it was given: else nobody would ever wait.
            for (int yields = lane.Random.Next(3); yields > 0; yields--)
            {
                await Task.Yield();
            }
        }

        lane.Source = null;
    }

    private static async Task CancelUntilAsync(Task all, Lane[] lanes)
    {
        Random random = new(Seed);
        while (!all.IsCompleted)
        {
            for (int pauses = random.Next(Pauses); pauses > 0 && !all.IsCompleted; pauses--)
            {
                await Task.Yield();
            }

            lanes[random.Next(Lanes)].Source?.Cancel();
        }
    }
}
