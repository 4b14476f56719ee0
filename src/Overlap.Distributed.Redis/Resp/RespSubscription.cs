using Overlap.Synchronization;

namespace Overlap.Distributed.Redis.Resp;

/// <summary>What comes over a channel.</summary>
internal sealed class RespSubscription(RespSubscriber subscriber, string name, bool isPattern) : IDisposable
{
    private readonly AsyncQueue<byte[]?> _messages = new();

    public string Name => name;

    public bool IsPattern => isPattern;

    /// <summary>Waits for the next message; <see langword="null"/>: the link was lost and is there again, and what came meanwhile is missed.</summary>
    public async ValueTask<byte[]?> TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _messages.TakeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (QueueShutDownException)
        {
            throw new ObjectDisposedException(nameof(RespSubscriber));
        }
    }

    public void Dispose() => subscriber.Leave(this);

    internal void End() => _messages.ShutDown(immediate: true);

    internal void Offer(byte[]? message) => _messages.TryAdd(message);
}
