using System.Diagnostics;

namespace Overlap.Testing.Exploration;

/// <summary>What an exploration came to.</summary>
[DebuggerDisplay("{Program}: {Schedules} schedules, {Failure?.Kind}")]
public sealed record ExplorationResult
{
    /// <summary>What was explored.</summary>
    public required string Program { get; init; }

    /// <summary>How: the strategy in lower case, with its bound; "replay" when one schedule was repeated.</summary>
    public required string Strategy { get; init; }

    /// <summary>The schedules that were run, without those that minimised a failure.</summary>
    public required int Schedules { get; init; }

    /// <summary>The steps of all schedules.</summary>
    public required long Steps { get; init; }

    /// <summary>Whether every schedule within the bound was run.</summary>
    public required bool IsExhausted { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What was found; <see langword="null"/> when nothing was.</summary>
    public ExplorationFailure? Failure { get; init; }

    /// <summary>Throws when something was found.</summary>
    /// <exception cref="ExplorationException">Something was found; the message is the whole story.</exception>
    public void ThrowIfFailed()
    {
        if (Failure is not null)
        {
            throw new ExplorationException(this);
        }
    }

    /// <summary>Tells the story: what was explored, what was found, the interleaving in lanes, and how to replay it.</summary>
    public override string ToString() => InterleavingText.Of(this);
}
