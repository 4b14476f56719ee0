namespace Overlap.Distributed.Brokers;

/// <summary>How an exchange chooses the queues a message goes to.</summary>
public enum ExchangeKind
{
    /// <summary>Those bound with the message's routing key.</summary>
    Direct,

    /// <summary>Those whose pattern fits the message's routing key: <c>*</c> is one word, <c>#</c> any number of them.</summary>
    Topic,

    /// <summary>All of them, and only those who listen now.</summary>
    Fanout,
}
