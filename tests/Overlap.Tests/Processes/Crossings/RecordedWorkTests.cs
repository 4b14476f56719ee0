using System.Diagnostics;
using System.Runtime.InteropServices;
using Overlap.Executors;
using Overlap.Processes;
using Overlap.Timelines;

namespace Overlap.Tests.Processes.Crossings;

public sealed partial class RecordedWorkTests
{
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(40);

    [Fact]
    public async Task SubmitAsync_ComputesOnAnotherThread_IsWorkOfTheCall()
    {
        TimelineRecorder recorder = new();
        await using (ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Recorder = recorder }))
        {
            await pool.SubmitAsync(static () => ComputeElsewhere(), TestContext.Current.CancellationToken);
        }

        Span span = Assert.Single(recorder.ToTimeline("native", "processes", 1).Lanes.SelectMany(static lane => lane.Spans));
        Assert.InRange(span.Working, Work, span.Duration);
    }

    [Fact]
    public async Task SubmitAsync_ProcessorTakenByAnotherProgram_IsDelayedNotWaiting()
    {
        Assert.SkipUnless(ThreadDelayClock.IsSupported, "the system keeps no count of it");
        TimelineRecorder recorder = new();
        await using (ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Recorder = recorder }))
        {
            await pool.SubmitAsync(static () => ComputeBesideAnother(), TestContext.Current.CancellationToken);
        }

        Span span = Assert.Single(recorder.ToTimeline("busy", "processes", 1).Lanes.SelectMany(static lane => lane.Spans));
        Assert.InRange(span.Delayed, Work, span.Duration - span.Working);
    }

    // On one processor with a program that leaves none of it, until this thread has stood ready for long enough.
    private static bool ComputeBesideAnother()
    {
        ulong processor = 1UL << (Thread.GetCurrentProcessorId() % 64);
        Assert.Equal(0, SetAffinity(0, sizeof(ulong), ref processor));
        long before = ThreadDelayClock.GetNanoseconds();
        using Process other = Process.Start("sh", ["-c", "while :; do :; done"]);
        try
        {
            while (ThreadDelayClock.GetNanoseconds() - before < Work.TotalNanoseconds * 2)
            {
                Thread.SpinWait(1_000);
            }
        }
        finally
        {
            other.Kill();
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint length, ref ulong processors);

    private static bool ComputeElsewhere()
    {
        // What a library of the system does that has threads of its own.
        Thread thread = new(static () =>
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            while (Environment.CpuUsage.TotalTime - before < Work)
            {
                Thread.SpinWait(1_000);
            }
        });
        thread.Start();
        return thread.Join(Timeout.Infinite);
    }
}
