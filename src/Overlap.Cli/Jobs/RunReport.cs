using Overlap.Adaptation;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Cli.Jobs;

/// <summary>What one run of a job did and took.</summary>
internal sealed record RunReport
{
    public required string Job { get; init; }

    public required ExecutionModel Model { get; init; }

    /// <summary>Items that could be in work at the same time; at the end, when the number was found meanwhile.</summary>
    public required int Workers { get; init; }

    /// <summary>How the number was found, when it was found meanwhile.</summary>
    public LimitStatus? Adaptation { get; init; }

    /// <summary>Items that ended well or failed in this run.</summary>
    public long Items => Succeeded + Failed;

    public required long Succeeded { get; init; }

    public required long Failed { get; init; }

    /// <summary>Items that took more than one attempt.</summary>
    public required long Retried { get; init; }

    /// <summary>Items that an earlier run had done.</summary>
    public required long DoneBefore { get; init; }

    /// <summary>From the first item pulled to the last item's end.</summary>
    public required TimeSpan Wall { get; init; }

    /// <summary>Processor time of the whole program meanwhile.</summary>
    public required TimeSpan Cpu { get; init; }

    /// <summary>All items' times together.</summary>
    public required TimeSpan ItemTime { get; init; }

    /// <summary>The part of the items' time that was waiting, from 0 to 1.</summary>
    public required double WaitShare { get; init; }

    public required TimeSpan Median { get; init; }

    public required TimeSpan Percentile95 { get; init; }

    public required TimeSpan Longest { get; init; }

    public required long BytesReceived { get; init; }

    /// <summary>Why the run ended early, if it did.</summary>
    public required StopReason Stop { get; init; }

    /// <summary>The recording, when one was asked for.</summary>
    public Timeline? Timeline { get; init; }

    /// <summary>The average number of items in work at the same time.</summary>
    public double OverlapFactor => Wall > TimeSpan.Zero ? ItemTime / Wall : 0;

    /// <summary>Whether items were left undone.</summary>
    public required bool Partial { get; init; }

    /// <summary>The limit of the job's own that held items back, if one did.</summary>
    public string? LimitReached { get; init; }

    public int ExitCode => Stop switch
    {
        StopReason.Halted => Jobs.ExitCode.Halted,
        StopReason.Deadline => Jobs.ExitCode.Deadline,
        StopReason.Interrupted => Jobs.ExitCode.Interrupted,
        StopReason.Terminated => Jobs.ExitCode.Terminated,
        StopReason.OutputClosed => Jobs.ExitCode.OutputClosed,
        _ => Failed > 0 ? Jobs.ExitCode.SomeFailed : Jobs.ExitCode.Success,
    };
}
