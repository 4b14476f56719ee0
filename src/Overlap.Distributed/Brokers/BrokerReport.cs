using System.Collections.Immutable;

namespace Overlap.Distributed.Brokers;

/// <summary>What a broker's own settings promise.</summary>
/// <param name="Version">The program it is and its version.</param>
/// <param name="Promise">The row of the contract that applies: what is lost when a worker, the broker or the power goes.</param>
/// <param name="Findings">What was looked at.</param>
public sealed record BrokerReport(string Version, string Promise, ImmutableArray<BrokerFinding> Findings);
