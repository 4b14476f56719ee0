using Overlap.Executors;
using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.Executors;

/// <summary>How calls come from those who submit them to those who run them, and how executors end.</summary>
public sealed class HandOverTests
{
    [Fact]
    public void ThreadPoolExecutor_TwoSubmitters_EachCallRunsOnce() => Exploring.Holds(static x => Submit(x, new ThreadPoolExecutor(2)), schedules: 1_000);

    [Fact]
    public void ThreadPoolExecutor_DisposedWhileCallsWait_TheyRun() => Exploring.Holds(static x => Dispose(x, new ThreadPoolExecutor(1)), schedules: 1_000);

    [Fact]
    public void AsyncExecutor_TwoSubmitters_EachCallRunsOnce() => Exploring.Holds(static x => Submit(x, new AsyncExecutor(1)), schedules: 1_000);

    [Fact]
    public void AsyncExecutor_DisposedWhileCallsWait_TheyRun() => Exploring.Holds(static x => Dispose(x, new AsyncExecutor(1)), schedules: 1_000);

    [Fact]
    public void ThreadPoolExecutor_CancellationMeetsTheStart_TheCallEndsOneWay() => Exploring.Holds(static x => Cancel(x, new ThreadPoolExecutor(1)), schedules: 1_000);

    [Fact]
    public void AsyncExecutor_CancellationMeetsTheStart_TheCallEndsOneWay() => Exploring.Holds(static x => Cancel(x, new AsyncExecutor(1)), schedules: 1_000);

    [Fact]
    public void ThreadPoolExecutor_LimitChangesWhileCallsCome_EachCallRunsOnce() => Exploring.Holds(
        static x => ChangeLimit(x, new ThreadPoolExecutor(2), static (executor, limit) => ((ThreadPoolExecutor)executor).WorkerLimit = limit), schedules: 1_000);

    [Fact]
    public void AsyncExecutor_LimitChangesWhileCallsCome_EachCallRunsOnce() => Exploring.Holds(
        static x => ChangeLimit(x, new AsyncExecutor(2), static (executor, limit) => ((AsyncExecutor)executor).WorkerLimit = limit), schedules: 1_000);

    [Fact]
    public void ThreadPoolExecutor_Adaptive_DisposedWhileCallsWait_TheyRun() =>
        Exploring.Holds(static x => Dispose(x, new ThreadPoolExecutor(Workers.Auto with { Start = 1, Most = 2 })), schedules: 1_000);

    [Fact]
    public void AsyncExecutor_Adaptive_DisposedWhileCallsWait_TheyRun() =>
        Exploring.Holds(static x => Dispose(x, new AsyncExecutor(Workers.Auto with { Start = 1, Most = 2 })), schedules: 1_000);

    private static void ChangeLimit(ThreadExplorer x, IExecutor executor, Action<IExecutor, int> set)
    {
        int ran = 0;
        x.Spawn("owner", () =>
        {
            Task first = executor.SubmitAsync(() => { Interlocked.Increment(ref ran); });
            Task second = executor.SubmitAsync(() => { Interlocked.Increment(ref ran); });
            Task third = executor.SubmitAsync(() => { Interlocked.Increment(ref ran); });
            x.Wait(Task.WhenAll(first, second, third));
            x.Wait(executor.DisposeAsync());
            x.Assert(ran == 3);
        });
        x.Spawn("changer", () =>
        {
            set(executor, 1);
            set(executor, 2);
        });
    }

    private static void Submit(ThreadExplorer x, IExecutor executor)
    {
        int ran = 0;
        int ended = 0;
        for (int i = 0; i < 2; i++)
        {
            int number = i;
            x.Spawn($"submitter {i}", () =>
            {
                int result = x.Wait(executor.SubmitAsync(
                    value =>
                    {
                        Interlocked.Increment(ref ran);
                        return value;
                    },
                    number));
                x.Assert(result == number);
                if (Interlocked.Increment(ref ended) == 2)
                {
                    x.Wait(executor.DisposeAsync());
                    x.Assert(executor.GetStatistics() is { Succeeded: 2, Running: 0, Queued: 0 });
                }
            });
        }

        x.AtEnd(() => x.Assert(ran == 2));
    }

    private static void Dispose(ThreadExplorer x, IExecutor executor) => x.Spawn("owner", () =>
    {
        Task<int> first = executor.SubmitAsync(static value => value, 1);
        Task<int> second = executor.SubmitAsync(static value => value, 2);
        x.Wait(executor.DisposeAsync());
        x.Assert(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
    });

    private static void Cancel(ThreadExplorer x, IExecutor executor)
    {
        CancellationTokenSource cancellation = new();
        int ran = 0;
        x.Spawn("owner", () =>
        {
            Task<int> call = executor.SubmitAsync(_ => ++ran, 0, cancellation.Token);
            x.Wait(() => call.IsCompleted, "the end of the call");
            x.Wait(executor.DisposeAsync());
            x.Assert(ran == (call.IsCanceled ? 0 : 1));
        });
        x.Spawn("canceller", cancellation.Cancel);
    }
}
