namespace Overlap.Distributed.Protocol;

/// <summary>What a transport knows of a message. The names are those of AMQP's basic properties.</summary>
public sealed record MessageProperties
{
    /// <summary>The id of the task, for replies; <see langword="null"/>: not said.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The queue for replies; <see langword="null"/>: none.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>Whether the broker is to keep the message over a restart.</summary>
    public bool IsPersistent { get; init; } = true;

    /// <summary>0 to 9, meant as the broker means it: on Redis the lower is served first, on RabbitMQ the higher.</summary>
    public int Priority { get; init; }

    /// <summary>When the broker may drop the message, as long after its sending; <see langword="null"/>: never.</summary>
    public TimeSpan? Expiration { get; init; }

    /// <summary>The exchange it was sent to; empty for the default one.</summary>
    public string Exchange { get; init; } = "";

    /// <summary>The routing key; with the default exchange, the queue.</summary>
    public string RoutingKey { get; init; } = "";

    /// <summary>What tells this publication from all others; <see langword="null"/>: not said yet.</summary>
    public string? DeliveryTag { get; init; }

    /// <summary>Whether the broker has delivered it before.</summary>
    public bool IsRedelivered { get; init; }

    /// <summary>Further properties, kept as they came.</summary>
    public WireMap Others { get; init; } = WireMap.Empty;
}
