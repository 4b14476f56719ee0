using System.Collections.Immutable;
using Overlap.Advice;
using Overlap.Executors;

namespace Overlap.Tests.Advice;

public sealed class AdvisorTests
{
    private static readonly ModelMeasurement PagesInline = Model(ExecutionModel.Inline, 1, 14.2, cpu: 0.4, itemTime: 14.1, wait: 0.988);
    private static readonly ModelMeasurement PagesThreads = Model(ExecutionModel.Threads, 5, 2.84, cpu: 0.3, itemTime: 14.1, wait: 0.99);
    private static readonly ModelMeasurement PagesAsync = Model(ExecutionModel.Async, 160, 0.17, cpu: 0.1, itemTime: 20, wait: 0.99);
    private static readonly ModelMeasurement FibInline = Model(ExecutionModel.Inline, 1, 4, cpu: 4, itemTime: 4, wait: 0.002);
    private static readonly ModelMeasurement FibThreads = Model(ExecutionModel.Threads, 2, 2.1, cpu: 4, itemTime: 4.1, wait: 0.01);
    private static readonly ModelMeasurement FibAsync = Model(ExecutionModel.Async, 20, 16, cpu: 30, itemTime: 200, wait: 0.01);

    [Fact]
    public void Judge_ItemsWait_AsyncForEveryItem()
    {
        Verdict verdict = Judge(160, PagesInline, PagesThreads, PagesAsync);

        Assert.Equal((Bound.Io, ExecutionModel.Async, 160), (verdict.Bound, verdict.Model, verdict.Workers));
    }

    [Fact]
    public void Judge_ItemsWait_SaysWhatAnItemNeeds()
    {
        Verdict verdict = Judge(160, PagesInline, PagesThreads, PagesAsync);

        Assert.Equal("Inline, 160 items: 88 ms an item = 1.1 ms computing + 87 ms waiting (98.8 % waiting): bound by waiting (I/O).", verdict.Evidence[0]);
    }

    [Fact]
    public void Judge_SeveralModels_SaysWhatWasMeasured()
    {
        Verdict verdict = Judge(160, PagesInline, PagesThreads, PagesAsync);

        Assert.Equal("Measured: inline 14.2 s | threads (5) 2.84 s, 5.0 times faster | async (160) 170 ms, 84 times faster.", verdict.Evidence[1]);
    }

    [Fact]
    public void Judge_FewThreadsWait_SaysWhatTheyCannotBeat()
    {
        Verdict verdict = Judge(160, PagesInline, PagesThreads, PagesAsync);

        Assert.Contains(verdict.Evidence, static line => line.StartsWith("5 threads can wait for 5 items at a time, so they need 2.82 s at least", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_ItemsCompute_ThreadsOnePerCore()
    {
        Verdict verdict = Judge(20, FibInline, FibThreads, FibAsync);

        Assert.Equal((Bound.Cpu, ExecutionModel.Threads, 2), (verdict.Bound, verdict.Model, verdict.Workers));
    }

    [Fact]
    public void Judge_ItemsCompute_SaysThatThereIsNoInterpreterLock()
    {
        Verdict verdict = Judge(20, FibInline, FibThreads, FibAsync);

        Assert.Contains(verdict.Evidence, static line => line.Contains("1.9 times of at most 2 times. .NET has no interpreter lock", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_AsyncComputesAtEveryAwait_SaysWhyItLoses()
    {
        Verdict verdict = Judge(20, FibInline, FibThreads, FibAsync);

        Assert.Contains(verdict.Evidence, static line => line.StartsWith("Async took 7.5 times the processor time of inline for the same results: every await costs", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_AsyncComputesWithoutAwaits_SaysThatItIsForWaiting()
    {
        Verdict verdict = Judge(20, FibInline, FibThreads, FibAsync with { Cpu = TimeSpan.FromSeconds(4.1), Walls = [TimeSpan.FromSeconds(2.3)] });

        Assert.Contains(verdict.Evidence, static line => line.StartsWith("Async is for waiting", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_OneCoreComputes_SaysThatNothingHelps()
    {
        Measurement measurement = Of(20, FibInline, FibThreads with { Walls = [TimeSpan.FromSeconds(4.1)] }) with { Cores = 1 };

        Verdict verdict = Advisor.Judge(measurement);

        Assert.Contains("One core computes one thing at a time: no model can make this faster here.", verdict.Evidence);
    }

    [Fact]
    public void Judge_ThreadsHoldEachOtherUp_SaysSo()
    {
        Verdict verdict = Judge(20, FibInline, FibThreads with { Walls = [TimeSpan.FromSeconds(3.8)] });

        Assert.Contains(verdict.Evidence, static line => line.StartsWith("Threads gained 1.1 times of at most 2 times: the items hold each other up", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_ItemsWaitAndCompute_SaysHowManyKeepTheProcessorsBusy()
    {
        ModelMeasurement inline = Model(ExecutionModel.Inline, 1, 10, cpu: 5, itemTime: 10, wait: 0.5);

        Verdict verdict = Judge(100, inline, Model(ExecutionModel.Threads, 4, 2.6, cpu: 5, itemTime: 10, wait: 0.5));

        Assert.Equal(Bound.Mixed, verdict.Bound);
        Assert.Contains(verdict.Evidence, static line => line.Contains("about 4 at a time keep the processors busy", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_GainWithinNoise_InlineAndNotWorthIt()
    {
        Verdict verdict = Judge(20, FibInline, FibThreads with { Walls = [TimeSpan.FromSeconds(3.95)] });

        Assert.Equal(ExecutionModel.Inline, verdict.Model);
        Assert.Contains("Not worth it: no model was clearly faster than doing one after the other.", verdict.Evidence);
    }

    [Fact]
    public void Judge_SavesNextToNothing_InlineAndNotWorthIt()
    {
        ModelMeasurement inline = Model(ExecutionModel.Inline, 1, 0.06, cpu: 0.001, itemTime: 0.06, wait: 0.99);

        Verdict verdict = Judge(20, inline, Model(ExecutionModel.Async, 20, 0.02, cpu: 0.001, itemTime: 0.06, wait: 0.99));

        Assert.Equal(ExecutionModel.Inline, verdict.Model);
        Assert.Contains("Not worth it: Async (20) would save 40 ms in all.", verdict.Evidence);
    }

    [Fact]
    public void Judge_ShortWork_SaysThatItSavesLittle()
    {
        ModelMeasurement inline = Model(ExecutionModel.Inline, 1, 1, cpu: 1, itemTime: 1, wait: 0);

        Verdict verdict = Judge(20, inline, Model(ExecutionModel.Threads, 2, 0.52, cpu: 1, itemTime: 1, wait: 0));

        Assert.Equal(ExecutionModel.Threads, verdict.Model);
        Assert.Contains("Do nothing if you run this now and then: it saves 480 ms a run.", verdict.Evidence);
    }

    [Fact]
    public void Judge_TinyItems_InlineAndManyInOneCall()
    {
        ModelMeasurement inline = Model(ExecutionModel.Inline, 1, 2, cpu: 2, itemTime: 2, wait: 0);

        Verdict verdict = Judge(1_000_000, inline, Model(ExecutionModel.Threads, 2, 1.2, cpu: 2, itemTime: 2, wait: 0));

        Assert.Equal(ExecutionModel.Inline, verdict.Model);
        Assert.Contains(verdict.Evidence, static line => line.StartsWith("Not worth it item by item: 2 µs an item", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_LimitHeldBack_NamesTheLimit()
    {
        Verdict verdict = Judge(160, PagesInline, PagesThreads, PagesAsync with { LimitedBy = "--per-host 6" });

        Assert.Contains("Held back by --per-host 6, the same for every model: raise it only if the other side is yours.", verdict.Evidence);
    }

    [Fact]
    public void Judge_AllPlacesTaken_SaysThatMoreMayHelp()
    {
        ModelMeasurement full = Model(ExecutionModel.Async, 10, 1.42, cpu: 0.1, itemTime: 14.1, wait: 0.99);

        Verdict verdict = Judge(160, PagesInline, full);

        Assert.Contains(verdict.Evidence, static line => line.StartsWith("All 10 places were taken nearly all the time", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_AsyncNoFasterThanThreads_SaysThatSomethingOutsideLimits()
    {
        Verdict verdict = Judge(160, PagesInline, PagesThreads, PagesAsync with { Walls = [TimeSpan.FromSeconds(3)] });

        Assert.Contains("Async had room for 160 items and was no faster than 5 threads: something outside limits both.", verdict.Evidence);
    }

    [Fact]
    public void Judge_FastestFails_PrefersTheOneThatDoesNot()
    {
        Verdict verdict = Judge(160, PagesInline, PagesThreads, PagesAsync with { Failed = 20 });

        Assert.Equal(ExecutionModel.Threads, verdict.Model);
        Assert.Contains(verdict.Evidence, static line => line.StartsWith("Confidence: 20 items failed", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_WorkersBeyondItems_CountsItems()
    {
        Verdict verdict = Judge(160, PagesInline, PagesAsync with { Workers = 1_000 });

        Assert.Equal(160, verdict.Workers);
    }

    [Fact]
    public void Judge_OneClearRun_MediumConfidence() =>
        Assert.Equal(Confidence.Medium, Judge(160, PagesInline, PagesAsync).Confidence);

    [Fact]
    public void Judge_ThreeClearRuns_HighConfidence() =>
        Assert.Equal(Confidence.High, Judge(160, Thrice(PagesInline), Thrice(PagesAsync)).Confidence);

    [Fact]
    public void Judge_FewItems_LowConfidence()
    {
        Verdict verdict = Judge(3, Thrice(PagesInline), Thrice(PagesAsync));

        Assert.Equal(Confidence.Low, verdict.Confidence);
        Assert.Contains("Confidence: 3 items only; one slow item decides.", verdict.Evidence);
    }

    [Fact]
    public void Judge_MachineBusy_LowConfidence()
    {
        Verdict verdict = Advisor.Judge(Of(160, Thrice(PagesInline), Thrice(PagesAsync)) with { ForeignLoad = 0.3 });

        Assert.Equal(Confidence.Low, verdict.Confidence);
        Assert.Contains("Confidence: other programs used 30 % of the processors meanwhile.", verdict.Evidence);
    }

    [Fact]
    public void Judge_MachineBusyAndItemsCompute_JudgesByProcessorTime()
    {
        Verdict verdict = Advisor.Judge(Of(20, FibInline, FibThreads with { Walls = [TimeSpan.FromSeconds(4.4)] }) with { ForeignLoad = 0.5 });

        Assert.Equal(ExecutionModel.Threads, verdict.Model);
        Assert.Contains(verdict.Evidence, static line => line.Contains("inline would take about 4.00 s, threads would take about 2.00 s", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_NoInline_JudgesAmongTheRest()
    {
        Verdict verdict = Judge(160, PagesThreads, PagesAsync);

        Assert.Equal((Bound.Io, ExecutionModel.Async), (verdict.Bound, verdict.Model));
    }

    [Fact]
    public void Judge_NothingMeasured_Throws() => Assert.Throws<ArgumentException>(static () => Judge(0));

    private static Verdict Judge(long items, params ImmutableArray<ModelMeasurement> models) => Advisor.Judge(Of(items, models));

    private static Measurement Of(long items, params ImmutableArray<ModelMeasurement> models) =>
        new() { Job = "work", Items = items, Cores = 2, Models = models };

    private static ModelMeasurement Thrice(ModelMeasurement model) => model with { Walls = [model.Wall, model.Wall, model.Wall] };

    private static ModelMeasurement Model(ExecutionModel model, int workers, double wall, double cpu, double itemTime, double wait) => new()
    {
        Model = model,
        Workers = workers,
        Walls = [TimeSpan.FromSeconds(wall)],
        Cpu = TimeSpan.FromSeconds(cpu),
        ItemTime = TimeSpan.FromSeconds(itemTime),
        WaitShare = wait,
        Failed = 0,
    };
}
