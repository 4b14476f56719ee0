namespace Overlap.Actors;

/// <summary>The top of the tree: it has no messages, it only looks after its children.</summary>
internal sealed class RootActor : Actor<object>
{
    protected override ValueTask ReceiveAsync(object message) => default;
}
