namespace Overlap.Distributed.Brokers;

/// <summary>A queue, and the exchange that feeds it.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="Exchange">The exchange; by default one of the queue's name.</param>
/// <param name="RoutingKey">The key it is bound with; of a topic exchange a pattern. By default the queue's name.</param>
/// <param name="ExchangeKind">How the exchange chooses its queues.</param>
public sealed record QueueDefinition(string Name, string? Exchange = null, string? RoutingKey = null, ExchangeKind ExchangeKind = ExchangeKind.Direct);
