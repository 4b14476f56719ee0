using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Brokers;

/// <summary>A message and where it goes.</summary>
/// <param name="Exchange">The exchange; empty for the default one.</param>
/// <param name="RoutingKey">The routing key; with the default exchange, the queue.</param>
/// <param name="Message">The message.</param>
public readonly record struct Publication(string Exchange, string RoutingKey, WireMessage Message);
