using Overlap.Testing.Exploration.Tasks;
using Overlap.Testing.Exploration.Threads;
using Overlap.Waiting;

namespace Overlap.Testing.Exploration.Intercepted;

/// <summary>What the calling thread explores.</summary>
internal static class Exploring
{
    /// <summary>The asynchronous mode, if it is that.</summary>
    public static TaskMode? Tasks => (Interleaver.Current as LaneInterleaver)?.Mode;

    /// <summary>The clock of what is explored; the system's where nothing is.</summary>
    public static TimeProvider Time => Tasks is { } mode ? mode.Time : ThreadLane.Current is { } lane ? lane.Run.TimeProvider : TimeProvider.System;
}
