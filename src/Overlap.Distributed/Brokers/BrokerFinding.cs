namespace Overlap.Distributed.Brokers;

/// <summary>One setting of a broker.</summary>
/// <param name="Setting">Its name.</param>
/// <param name="Value">How it stands; <see langword="null"/> if the broker does not tell.</param>
/// <param name="Advice">What to do about it; <see langword="null"/>: it is well.</param>
public sealed record BrokerFinding(string Setting, string? Value, string? Advice);
