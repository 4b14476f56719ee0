namespace Overlap.Distributed.Brokers;

/// <summary>It is not known whether the broker has taken a message: the link was lost before it said so. The same message can be sent again.</summary>
/// <param name="message">One line that names the message and the broker.</param>
/// <param name="innerException">What cut the link.</param>
public sealed class PublishUncertainException(string message, Exception? innerException = null) : BrokerException(message, innerException);
