using Overlap.Waiting;

namespace Overlap.Testing.Exploration.Threads;

/// <summary>Brings the library as it is shipped, without stand-ins, under the schedule of a run: each of its operations is one step.</summary>
internal sealed class ThreadInterleaver(ThreadRun run) : Interleaver
{
    public override void Post(IThreadPoolWorkItem workItem) => run.Spawn("pool", workItem.Execute);

    public override void Post(Action<object?> callback, object? state) => run.Spawn("pool", () => callback(state));

    protected override ValueTask<T> PauseAsync<T>(ValueTask<T> done)
    {
        ThreadLane.Step();
        return done;
    }

    protected override ValueTask PauseAsync(ValueTask done)
    {
        ThreadLane.Step();
        return done;
    }

    protected override void OnNote(object primitive, PrimitiveNote note)
    {
        if (ThreadLane.Current is { IsExplained: true } lane)
        {
            string what = note switch
            {
                PrimitiveNote.Entered => "enters",
                PrimitiveNote.Waits => "queues for",
                PrimitiveNote.Left => "leaves",
                _ => "signals",
            };
            lane.Tell($"{what} {ValueText.Of(primitive)}");
        }
    }

    protected override void OnBlock(object primitive)
    {
        if (ThreadLane.Current is { } lane)
        {
            run.Fail(
                FailureKind.Blocked,
                $"{lane.Name} would block its thread, waiting for {ValueText.Of(primitive)}{lane.Last}: wait for the asynchronous form by the explorer's Wait, or compile the library's sources with the stand-ins");
        }
    }
}
