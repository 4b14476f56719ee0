using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Worker;

/// <summary>That a running call was completed by its own task, together with what that wrote: nothing else can become of it any more.</summary>
/// <param name="Result">Its result, which is stored.</param>
/// <param name="Sequel">What follows it, which is sent.</param>
internal sealed record CompletedCall(WireValue Result, SequelCalls Sequel);
