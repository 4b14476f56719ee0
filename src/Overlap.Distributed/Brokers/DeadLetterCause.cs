using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Brokers;

/// <summary>Why a message became a dead letter.</summary>
/// <param name="Defect">What is wrong with it.</param>
/// <param name="Detail">One line that tells more.</param>
public sealed record DeadLetterCause(MessageDefect Defect, string Detail);
