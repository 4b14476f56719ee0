using System.Diagnostics;

namespace Overlap.Testing.Exploration;

/// <summary>How a history was judged, and why.</summary>
[DebuggerDisplay("{Verdict}")]
public sealed record LinearizabilityResult
{
    /// <summary>The verdict.</summary>
    public required LinearizabilityVerdict Verdict { get; init; }

    /// <summary>The calls that were judged.</summary>
    public required int Calls { get; init; }

    /// <summary>The calls, of the shortest beginning of the history that no order explains, drawn over time; empty when there is none.</summary>
    public string Drawing { get; init; } = "";

    /// <summary>Throws unless the history is linearizable.</summary>
    /// <exception cref="NotLinearizableException">It is not; the message has the drawing.</exception>
    /// <exception cref="TimeoutException">There was no time to find out.</exception>
    public void ThrowIfNotLinearizable()
    {
        switch (Verdict)
        {
            case LinearizabilityVerdict.NotLinearizable:
                throw new NotLinearizableException(this);
            case LinearizabilityVerdict.Unknown:
                throw new TimeoutException($"There was no time to find out whether {Calls} calls are linearizable.");
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Verdict switch
    {
        LinearizabilityVerdict.Linearizable => $"{Calls} calls are linearizable.",
        LinearizabilityVerdict.NotLinearizable => $"No order of the calls explains their results.{Environment.NewLine}{Drawing}",
        _ => $"There was no time to find out whether {Calls} calls are linearizable.",
    };
}
