namespace Overlap.Distributed.Redis;

/// <summary>One list of the server: the messages of a queue with one step of priority.</summary>
/// <param name="Index">Its place among those of the consumer.</param>
/// <param name="Queue">The queue.</param>
/// <param name="Step">The step.</param>
/// <param name="Key">The list.</param>
internal sealed record RedisBucket(int Index, string Queue, int Step, string Key);
