using System.Diagnostics;
using Overlap.Timelines;

namespace Overlap.Pipelines;

/// <summary>Names the stages of a pipeline and tells how each one stands; a pipeline runs as well without it.</summary>
/// <param name="timeProvider">The clock of its figures; <see langword="null"/>: the system's.</param>
/// <param name="timeline">
/// Where each stage gets a lane, and a parallel one a lane for each call at the same time; <see langword="null"/>: nowhere. Branches have none, and bodies
/// that an executor runs are in the executor's.
/// </param>
/// <remarks>
/// Stages are listed in the order in which they were named. Race: may be read while the stages run; the figures of one stage belong together,
/// those of two stages were read one after the other.
/// </remarks>
[DebuggerDisplay("{_meters.Count} stages")]
public sealed class Pipeline(TimeProvider? timeProvider = null, TimelineRecorder? timeline = null)
{
    private readonly TimeProvider _clock = timeProvider ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly List<StageMeter> _meters = [];   // Guarded by _gate.

    /// <summary>Tells what each stage has done so far, and which one holds the others up.</summary>
    public PipelineSnapshot Snapshot()
    {
        _gate.Enter();
        StageMeter[] meters = [.. _meters];
        _gate.Exit();
        return new PipelineSnapshot([.. meters.Select(static meter => meter.Read())]);
    }

    internal StageMeter Open(string name)
    {
        StageMeter meter = new(name, _clock, timeline is null ? null : new StageLanes(timeline, name));
        _gate.Enter();
        _meters.Add(meter);
        _gate.Exit();
        return meter;
    }
}
