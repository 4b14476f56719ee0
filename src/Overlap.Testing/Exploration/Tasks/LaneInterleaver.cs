using Overlap.Waiting;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>Brings the library's own hand-offs under the schedule of a run.</summary>
internal sealed class LaneInterleaver(TaskMode mode) : Interleaver
{
    public TaskMode Mode => mode;

    public override void Post(IThreadPoolWorkItem workItem) => mode.Enqueue(workItem);

    public override void Post(Action<object?> callback, object? state) => mode.Enqueue(callback, state);

    protected override ValueTask<T> PauseAsync<T>(ValueTask<T> done) =>
        done.IsCompletedSuccessfully ? new ValueTask<T>(PausedSource<T>.Rent(mode, done.Result, out short version), version) : done;

    protected override ValueTask PauseAsync(ValueTask done) =>
        done.IsCompletedSuccessfully ? new ValueTask(PausedSource<bool>.Rent(mode, true, out short version), version) : done;

    protected override void OnNote(object primitive, PrimitiveNote note) => mode.OnNote(primitive, note);

    protected override void OnBlock(object primitive) => mode.OnBlock(primitive);
}
