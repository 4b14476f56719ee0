using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Settings;

public sealed class WorkerSettingsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WorkerState_InEachWorker_IsMadeOnceAndDisposedAtTheEnd()
    {
        using TemporaryFile log = new();
        string path = log.Path;
        ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, WorkerState = () => new Counter(path) });
        Assert.Equal(1, await pool.SubmitAsync(static () => ++Worker.State<Counter>().Value, Token));
        Assert.Equal(2, await pool.SubmitAsync(static () => ++Worker.State<Counter>().Value, Token));
        Assert.Equal([3, 4], await pool.StreamAsync(static () => CountState(), Token).ToListAsync(Token));
        Assert.False(File.Exists(path));
        await pool.DisposeAsync();
        Assert.Equal("disposed at 4", await File.ReadAllTextAsync(path, Token));
    }

    [Fact]
    public async Task WorkerState_OnAnotherThreadInALaterCall_IsFound()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, WorkerState = static () => new Holder(new Point(1, 2, null)) });
        await pool.SubmitAsync(static () => { }, Token);
        Assert.Equal(1, await pool.SubmitAsync(static async () =>
        {
            await Task.Delay(1).ConfigureAwait(false);
            return Worker.State<Holder>().Point.X;
        }, Token));
    }

    [Fact]
    public async Task Initializer_InEachWorker_RanBeforeItsFirstCall()
    {
        int number = 41;
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, MaxCallsPerWorker = 1, Initializer = () => Prepared.Number += number + 1 });
        Assert.Equal(42, await pool.SubmitAsync(static () => Prepared.Number, Token));
        Assert.Equal(42, await pool.SubmitAsync(static () => Prepared.Number, Token));
    }

    [Fact]
    public async Task JsonContext_GeneratedContract_IsUsedOnBothSides()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, JsonContext = PointContext.Default });
        Point moved = await pool.SubmitAsync(static (Point point) => point with { X = point.X + 1 }, new Point(1, 2, "left out"), Token);

        // Nobody but the generated contract leaves the note out without a word.
        Assert.Equal(new Point(2, 2, null), moved);
    }

    [Fact]
    public async Task JsonContext_CapturedByTheInitializer_IsReadByTheSameContract()
    {
        Point start = new(7, 8, "left out");
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions
        {
            MaxWorkers = 1,
            JsonContext = PointContext.Default,
            Initializer = () => Prepared.Start = start,
            WorkerState = () => new Holder(start),
        });
        Assert.Equal(new Point(7, 8, null), await pool.SubmitAsync(static () => Prepared.Start!, Token));
        Assert.Equal(new Point(7, 8, null), await pool.SubmitAsync(static () => Worker.State<Holder>().Point, Token));
    }

    [Fact]
    public async Task ExceptionTypes_Listed_ArrivesAsItself()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, ExceptionTypes = [typeof(System.Data.DBConcurrencyException)] });
        _ = await Assert.ThrowsAsync<System.Data.DBConcurrencyException>(() => pool.SubmitAsync(static () => ThrowConcurrency(), Token));
    }

    [Fact]
    public async Task ExceptionTypes_OfAnAssemblyThatIsNotLoadedHere_ArrivesAsRemoteCallException()
    {
        await using ProcessPoolExecutor pool = new(1);
        RemoteCallException exception = await Assert.ThrowsAsync<RemoteCallException>(() => pool.SubmitAsync(static () => ThrowMail(), Token));
        Assert.Contains("SmtpException", exception.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(ThrowMail), exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), static assembly => assembly.GetName().Name == "System.Net.Mail");
    }

    [Fact]
    public async Task Output_LinesOfCalls_BearTheCallsNumbers()
    {
        ConcurrentQueue<WorkerOutputLine> lines = new();
        ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Output = lines.Enqueue });
        int worker = await pool.SubmitAsync(static () => Print("first"), Token);
        _ = await pool.SubmitAsync(static () => Print("second"), Token);
        await pool.DisposeAsync();
        Assert.Equal(
            [new(worker, false, "first out", 1), new(worker, false, "second out", 2)],
            lines.Where(static line => !line.IsError));
        Assert.Equal(
            [new(worker, true, "first error", 1), new(worker, true, "second error", 2)],
            lines.Where(static line => line.IsError));
    }

    [Fact]
    public async Task Output_HandlerThrows_DisposalTells()
    {
        ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Output = static _ => throw new InvalidOperationException("my handler") });
        _ = await pool.SubmitAsync(static () => Print("line"), Token);
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(async () => await pool.DisposeAsync());
        Assert.Equal("my handler", exception.Message);
    }

    [Fact]
    public async Task Limits_ManagedMemory_OutOfMemoryIsTheCallsOwn()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Limits = new WorkerLimits { ManagedMemory = 64 << 20 } });
        int worker = await pool.SubmitAsync(static () => Environment.ProcessId, Token);
        Assert.True(await pool.SubmitAsync(static () => CatchesOutOfMemory(), Token));
        _ = await Assert.ThrowsAsync<OutOfMemoryException>(() => pool.SubmitAsync(static () => Fill(256), Token));
        Assert.Equal(worker, await pool.SubmitAsync(static () => Environment.ProcessId, Token));
    }

    [Fact]
    public async Task Limits_OpenFiles_CallFailsAndWorkerLivesOn()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Limits = new WorkerLimits { OpenFiles = 128 } });
        int worker = await pool.SubmitAsync(static () => Environment.ProcessId, Token);
        _ = await Assert.ThrowsAsync<IOException>(() => pool.SubmitAsync(static () => OpenMany(200), Token));
        Assert.Equal(worker, await pool.SubmitAsync(static () => Environment.ProcessId, Token));
    }

    [Fact]
    public async Task Limits_CpuTime_WorkerDiesWithThatReason()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Limits = new WorkerLimits { CpuTime = TimeSpan.FromSeconds(1) } });
        WorkerDiedException exception = await Assert.ThrowsAsync<WorkerDiedException>(() => pool.SubmitAsync(static () => Burn(), Token));
        Assert.Contains("used up its processor time", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, await pool.SubmitAsync(static () => 1, Token));
    }

    private static async IAsyncEnumerable<int> CountState()
    {
        for (int i = 0; i < 2; i++)
        {
            await Task.Yield();
            yield return ++Worker.State<Counter>().Value;
        }
    }

    private static int Print(string text)
    {
        Console.WriteLine($"{text} out");
        Console.Error.WriteLine($"{text} error");
        return Environment.ProcessId;
    }

    private static void ThrowConcurrency() => throw new System.Data.DBConcurrencyException("row");

    private static void ThrowMail() => throw new System.Net.Mail.SmtpException("no server");

    private static bool CatchesOutOfMemory()
    {
        try
        {
            return Fill(256) < 0;
        }
        catch (OutOfMemoryException)
        {
            return true;
        }
    }

    private static int Fill(int mebibytes)
    {
        List<byte[]> kept = [];
        for (int i = 0; i < mebibytes; i++)
        {
            kept.Add(new byte[1 << 20]);
        }

        return kept.Sum(static block => block.Length);
    }

    private static int OpenMany(int count)
    {
        List<FileStream> open = [];
        try
        {
            for (int i = 0; i < count; i++)
            {
                open.Add(File.OpenRead(typeof(WorkerSettingsTests).Assembly.Location));
            }
        }
        finally
        {
            open.ForEach(static file => file.Dispose());
        }

        return count;
    }

    private static void Burn()
    {
        while (true)
        {
            Thread.SpinWait(100_000);
        }
    }

    private sealed class Counter(string path) : IDisposable
    {
        public int Value { get; set; }

        public void Dispose() => File.WriteAllText(path, $"disposed at {Value}");
    }

    private sealed class Holder(Point point)
    {
        public Point Point { get; } = point;
    }

    private static class Prepared
    {
        public static int Number { get; set; }

        public static Point? Start { get; set; }
    }
}

/// <param name="X">Travels.</param>
/// <param name="Y">Travels.</param>
/// <param name="Note">Is left out by the generated contract.</param>
internal sealed record Point(int X, int Y, [property: JsonIgnore] string? Note);

[JsonSerializable(typeof(Point))]
internal sealed partial class PointContext : JsonSerializerContext;
