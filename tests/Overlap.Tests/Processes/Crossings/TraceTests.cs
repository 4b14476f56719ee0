using System.Diagnostics;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Crossings;

public sealed class TraceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SubmitAsync_InsideAnActivity_WorkersActivityIsItsChild()
    {
        await using ProcessPoolExecutor pool = new(1);
        using Activity activity = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        (string trace, string parent, ActivityTraceFlags flags) = await pool.SubmitAsync(static () => Here(), Token);
        Assert.Equal((activity.TraceId.ToHexString(), activity.SpanId.ToHexString(), ActivityTraceFlags.Recorded), (trace, parent, flags));
    }

    [Fact]
    public async Task StreamAsync_InsideAnActivity_WorkersActivityIsItsChild()
    {
        await using ProcessPoolExecutor pool = new(1);
        using Activity activity = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        Assert.Equal([activity.SpanId.ToHexString()], await pool.StreamAsync(static () => Parents(), Token).ToListAsync(Token));
    }

    [Fact]
    public async Task SubmitAsync_OutsideAnActivity_WorkerHasNone()
    {
        await using ProcessPoolExecutor pool = new(1);
        using (Activity activity = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            _ = await pool.SubmitAsync(static () => Here(), Token);
        }

        Activity.Current = null;
        Assert.True(await pool.SubmitAsync(static () => Activity.Current is null, Token));
    }

    private static (string Trace, string Parent, ActivityTraceFlags Flags) Here() =>
        (Activity.Current!.TraceId.ToHexString(), Activity.Current.ParentSpanId.ToHexString(), Activity.Current.ActivityTraceFlags);

    private static async IAsyncEnumerable<string> Parents()
    {
        await Task.Yield();
        yield return Activity.Current!.ParentSpanId.ToHexString();
    }
}
