using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Worker;

/// <summary>A call noticed by itself that its message was given to another. Its run ends without a result.</summary>
internal sealed class LeaseLostException(string message, Exception innerException) : BrokerException(message, innerException);
