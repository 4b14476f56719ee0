namespace Overlap.Processes.Transport;

/// <summary>Is told by the pool's end of a stream what becomes of it. On the end's own threads.</summary>
internal interface IStreamOwner
{
    /// <summary>Replies were written into the rings while their reader slept.</summary>
    void OnReplies();

    /// <summary>The worker sent what no worker sends, or ended the stream but not itself: it must be ended.</summary>
    void OnBroken(string reason);

    /// <summary>The worker has ended, all that it sent is in the rings, and nothing of this end touches the segment any more.</summary>
    void OnEnded();
}
