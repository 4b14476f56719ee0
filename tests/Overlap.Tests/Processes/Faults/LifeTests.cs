using Overlap.Executors;
using Overlap.Processes;
using Overlap.Processes.Dispatch;
using Overlap.Testing;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Cases 8, 9, 12, 14, 15, 17 and 19: workers that never start, are replaced, nested, idle; many bytes; many pools; a clock that jumps.</summary>
[Collection(nameof(FaultCollection))]
public sealed class LifeTests
{
    [Fact]
    public async Task Flood_OnBothStreams_IsHeardWholeAndHoldsUpNothing()
    {
        long bytes = (long)Campaign.Times(32, 1_024) << 20;
        long heard = 0;
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 3, Output = line => heard += line.Text.Length + 1 });
        TimeSpan guard = TimeSpan.FromMinutes(Campaign.Times(1, 10));
        Task<long> output = pool.Executor.SubmitAsync(Misdeeds.Print, (bytes, false));
        Task<long> errors = pool.Executor.SubmitAsync(Misdeeds.Print, (bytes, true));
        Assert.Equal(7, await pool.EchoAsync(7));
        Assert.Equal((bytes, bytes), (await output.WaitAsync(guard), await errors.WaitAsync(guard)));
        await pool.EndAsync();
        Assert.Equal(2 * bytes, heard);
    }

    [Fact]
    public async Task LargeArraysBothWaysAtOnce_ComeWhole()
    {
        await using FaultPool pool = new(2);
        byte[] large = new byte[64 << 20];
        new Random(6).NextBytes(large);
        Task<byte[]>[] calls = [.. Enumerable.Range(0, 2).Select(_ => pool.Executor.SubmitAsync(Misdeeds.Invert, large))];
        foreach (Task<byte[]> call in calls)
        {
            byte[] inverted = await call.WaitAsync(FaultPool.Guard);
            Assert.Equal(large.Length, inverted.Length);
            Assert.True(Misdeeds.Invert(inverted).AsSpan().SequenceEqual(large));
        }

        await pool.EndAsync();
    }

    [Theory]
    [InlineData(100)]
    [InlineData(70_000)]
    [InlineData(140_000)]
    [InlineData(3_000_000)]
    public async Task Text_OfAnyLength_Comes(int length)
    {
        await using FaultPool pool = new(1);
        string text = new('x', length);
        Task<int>[] calls = [.. Enumerable.Range(0, 20).Select(_ => pool.Executor.SubmitAsync(static text => text.Length, text))];
        Assert.All(await Task.WhenAll(calls).WaitAsync(FaultPool.Guard), result => Assert.Equal(length, result));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Argument_Of2GiB_IsRefusedByName()
    {
        await using FaultPool pool = new(1);

        // Never touched, so it takes no memory.
        long[] huge = GC.AllocateUninitializedArray<long>((1 << 28) + 1);
        ValueTooLargeException failure = await Assert.ThrowsAsync<ValueTooLargeException>(
            () => pool.Executor.SubmitAsync(static values => values.Length, huge));
        Assert.Contains("2 GiB", failure.Message, StringComparison.Ordinal);
        await pool.EndAsync();
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 8)]
    public async Task Boot_DiesEveryTime_BreaksThePoolWithTheLastWords(int maxWorkers, int most)
    {
        // Where the clock stands still the deaths are soon enough after each other, however long a start takes.
        await using FaultPool pool = new(stage => new ProcessPoolExecutorOptions
        {
            MaxWorkers = maxWorkers,
            TimeProvider = new VirtualTimeProvider(),
            Initializer = () =>
            {
                stage.Add("boots", "");
                Console.Error.WriteLine("the disk is on fire");
                Environment.Exit(5);
            },
        });
        Task<int>[] calls = [.. Enumerable.Range(0, 10).Select(pool.EchoAsync)];
        foreach (Task<int> call in calls)
        {
            BrokenProcessPoolException broken = await Assert.ThrowsAsync<BrokenProcessPoolException>(() => call.WaitAsync(FaultPool.Guard));
            Assert.Equal((5, "the disk is on fire"), (broken.ExitCode, broken.LastErrorLines[^1]));
        }

        Assert.InRange(pool.Stage.Count("boots"), 5, most);
        await Assert.ThrowsAsync<BrokenProcessPoolException>(() => pool.EchoAsync(1));
        await pool.EndAsync(isUsable: false);
    }

    [Fact]
    public async Task Boot_DiesFiveTimesWhileAnotherWorks_PausesStartsAndGoesOn()
    {
        // The pool was broken, and failed what it had, although a worker was ready.
        VirtualTimeProvider time = new();
        await using FaultPool pool = new(stage => new ProcessPoolExecutorOptions
        {
            MaxWorkers = 2,
            TimeProvider = time,
            Initializer = () =>
            {
                stage.Add("boots", "");
                _ = stage.Count("boots") is > 1 and < 7 ? Misdeeds.Die("kill") : 0;
            },
        });
        int first = await pool.WhereAsync();
        BrokenProcessPoolException none = await Assert.ThrowsAsync<BrokenProcessPoolException>(() => pool.Executor.WarmUpAsync(2).WaitAsync(FaultPool.Guard));
        Assert.Contains("now: 5 worker processes in a row", none.Message, StringComparison.Ordinal);
        Assert.Equal(first, await pool.WhereAsync());
        Task second = pool.Executor.WarmUpAsync(2);
        Assert.Equal((6, false), (pool.Stage.Count("boots"), second.IsCompleted));

        time.Advance(TimeSpan.FromSeconds(1));
        await second.WaitAsync(FaultPool.Guard);
        Assert.Equal(7, pool.Stage.Count("boots"));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Initializer_Throws_BreaksThePoolAtOnce()
    {
        await using FaultPool pool = new(stage => new ProcessPoolExecutorOptions
        {
            MaxWorkers = 1,
            Initializer = () =>
            {
                stage.Add("boots", "");
                throw new InvalidOperationException("no licence");
            },
        });
        BrokenProcessPoolException broken = await Assert.ThrowsAsync<BrokenProcessPoolException>(() => pool.EchoAsync(1));
        Assert.Contains("no licence", broken.Message, StringComparison.Ordinal);
        Assert.Equal(1, pool.Stage.Count("boots"));
        await pool.EndAsync(isUsable: false);
    }

    [Fact]
    public async Task Recycle_AfterEachTenCalls_CostsNoCall()
    {
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 2, MaxCallsPerWorker = 10 });
        Task<int>[] calls = [.. Enumerable.Range(0, 100).Select(_ => pool.WhereAsync())];
        int[] workers = await Task.WhenAll(calls);
        Assert.InRange(workers.Distinct().Count(), 3, 100);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Recycle_WithItsRingFull_CostsNoCall()
    {
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, MaxCallsPerWorker = 3 });
        string text = new('x', 120_000);
        Task<int>[] calls = [.. Enumerable.Range(0, 40).Select(_ => pool.Executor.SubmitAsync(static text => text.Length, text))];
        Assert.All(await Task.WhenAll(calls).WaitAsync(FaultPool.Guard), static length => Assert.Equal(120_000, length));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Recycle_AboveItsMemory_CostsNoCall()
    {
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, MaxWorkerMemory = 1 });
        int[] workers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => pool.WhereAsync()));
        Assert.InRange(workers.Distinct().Count(), 2, 5);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Nested_DeeperThanFour_IsRefusedByName()
    {
        await using FaultPool pool = new(1);
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => pool.Executor.SubmitAsync(NestAsync, 2).WaitAsync(FaultPool.Guard));
        Assert.Contains($"inside {NestingDepth.Most} others", failure.ToString(), StringComparison.Ordinal);
        await pool.EndAsync();
    }

    [Fact]
    public async Task MakeAndDispose_AgainAndAgain_LeavesNothing()
    {
        PoolAftermath before = new();
        for (int i = 0; i < Campaign.Times(30, 10_000); i++)
        {
            // Without a call, with a call under way at the disposal, with workers that are starting, with all done.
            ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 2, MinWorkers = i % 3, Output = static _ => { } });
            Task<int>? call = i % 2 == 0 ? pool.SubmitAsync(Misdeeds.Echo, i) : null;
            if (i % 4 == 0)
            {
                Assert.Equal(i, await call!.WaitAsync(FaultPool.Guard));
            }

            await pool.DisposeAsync().AsTask().WaitAsync(FaultPool.Guard);
            Assert.Equal(i, call is null ? i : await call);
        }

        before.Check();
    }

    [Fact]
    public async Task Dispose_WhileWorkersStart_DoesNotWaitForTheGrace()
    {
        PoolAftermath before = new();

        // Wall time is also what the machine takes from everybody; a pool that waits for its grace, five seconds, waits every time.
        TimeSpan took = TimeSpan.MaxValue;
        for (int i = 0; i < 3 && took > TimeSpan.FromSeconds(4); i++)
        {
            ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 4, MinWorkers = 4 });
            long start = TimeProvider.System.GetTimestamp();
            await pool.DisposeAsync();
            took = TimeProvider.System.GetElapsedTime(start);
        }

        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        before.Check();
    }

    [Fact]
    public async Task Submit_LargeArgumentAfterDisposal_IsRefusedByName()
    {
        await using FaultPool pool = new(1);
        await pool.EndAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.Executor.SubmitAsync(Misdeeds.Invert, new byte[1 << 20]));
    }

    [Fact]
    public async Task Submit_LargeArgumentsDuringDisposal_EndOrAreRefused()
    {
        for (int run = 0; run < 5; run++)
        {
            await using FaultPool pool = new(1);
            byte[] large = new byte[4 << 20];
            Task<int>[] submitting = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                int done = 0;
                try
                {
                    while (true)
                    {
                        done += (await pool.Executor.SubmitAsync(static bytes => bytes.Length, large)) == large.Length ? 1 : 0;
                    }
                }
                catch (ObjectDisposedException)
                {
                    return done;
                }
            }))];
            _ = await pool.EchoAsync(1);
            await pool.EndAsync(isUsable: false);
            _ = await Task.WhenAll(submitting).WaitAsync(FaultPool.Guard);
        }
    }

    [Fact]
    public async Task Idle_BeyondItsTimeout_ShrinksToTheLeast()
    {
        VirtualTimeProvider time = new();
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 3, MinWorkers = 1, IdleTimeout = TimeSpan.FromMinutes(5), TimeProvider = time });
        HeldCall[] held = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => pool.HoldAsync($"held{i}")));
        for (int i = 0; i < 3; i++)
        {
            pool.Stage.Signal($"held{i}-go");
            _ = await held[i].Call;
        }

        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                time.Advance(TimeSpan.FromMinutes(5));
                return PoolAftermath.Children().Length == 1 && pool.Executor.GetStatistics().Workers == 1;
            },
            FaultPool.Guard));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Clock_JumpsWhileCallsRun_ChangesNoCall()
    {
        VirtualTimeProvider time = new();
        await using FaultPool pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 2, TimeProvider = time });
        HeldCall held = await pool.HoldAsync(through: pool.Executor.With(new ProcessCallOptions { Deadline = TimeSpan.FromMinutes(30), QueueDeadline = TimeSpan.FromMinutes(30) }));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, await pool.EchoAsync(3));
        Assert.False(held.Call.IsCompleted);
        pool.Stage.Signal("held-go");
        Assert.Equal(held.ProcessId, await held.Call.WaitAsync(FaultPool.Guard));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Idle_Pool_WakesForNothing()
    {
        await using FaultPool pool = new(2);
        HeldCall[] held = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => pool.HoldAsync($"held{i}")));
        pool.Stage.Signal("held0-go");
        pool.Stage.Signal("held1-go");
        int[] workers = [await held[0].Call, await held[1].Call];

        // Until nothing runs: the threads that calls and tests have used go to sleep, one after the other.
        long last = -1;
        long calm = TimeProvider.System.GetTimestamp();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                long now = Switches(workers);
                calm = now == last ? calm : TimeProvider.System.GetTimestamp();
                last = now;
                return TimeProvider.System.GetElapsedTime(calm) > TimeSpan.FromMilliseconds(500);
            },
            FaultPool.Guard), "The threads of idle workers, or those of the pool, never sleep for half a second.");
        await pool.EndAsync();
    }

    // How often the main threads of the workers and the pool's own threads have gone to sleep so far: who never wakes goes never to sleep again.
    private static long Switches(int[] workers) =>
        workers.Select(static id => SwitchesOf($"/proc/{id}/task/{id}")).Sum()
            + Directory.GetDirectories("/proc/self/task").Where(static task => NameOf(task).StartsWith("overlap", StringComparison.Ordinal)).Sum(SwitchesOf);

    private static long SwitchesOf(string task)
    {
        try
        {
            return File.ReadLines($"{task}/status").Where(static line => line.Contains("ctxt_switches", StringComparison.Ordinal)).Sum(static line => long.Parse(line.Split('\t')[1]));
        }
        catch (IOException)
        {
            // A thread of another test that has ended since the list was read.
            return 0;
        }
    }

    private static string NameOf(string task)
    {
        try
        {
            return File.ReadAllText($"{task}/comm");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task<int> NestAsync(int depth)
    {
        await using ProcessPoolExecutor pool = new(1);
        return await pool.SubmitAsync(NestAsync, depth + 1);
    }
}
