using Overlap.Distributed.Protocol;
using Overlap.Synchronization;

namespace Overlap.Distributed.Backends;

/// <summary>One who waits for a call to end, and the states that it has not been told of yet.</summary>
/// <remarks>Who tells never runs the waiter's code: the documents queue, and the waiter takes them.</remarks>
internal sealed class ResultWait
{
    // Of one who is slow with its progress the states between may be missed; the last must not, so it does not queue.
    private const int Capacity = 1_000;

    private readonly AsyncQueue<ResultDocument> _told = new(Capacity);
    private ResultDocument? _ended;
    private Exception? _failed;

    /// <summary>Tells it of a document.</summary>
    public void Tell(ResultDocument document)
    {
        if (!document.IsReady)
        {
            _told.TryAdd(document);
        }
        else if (Interlocked.CompareExchange(ref _ended, document, null) is null)
        {
            _told.ShutDown();
        }
    }

    /// <summary>Ends the wait with an exception, unless the call has ended.</summary>
    public void Fail(Exception exception)
    {
        Interlocked.CompareExchange(ref _failed, exception, null);
        _told.ShutDown();
    }

    /// <summary>Ends the wait with <see cref="ObjectDisposedException"/>.</summary>
    public void Abandon() => _told.ShutDown(immediate: true);

    /// <summary>Takes the documents as they come, and gives the one that ends the call.</summary>
    /// <exception cref="ObjectDisposedException">It was abandoned.</exception>
    /// <exception cref="MessageFormatException">What was stored is no document that may be read.</exception>
    public async ValueTask<ResultDocument> WaitAsync(Action<ResultDocument>? progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            ResultDocument document;
            try
            {
                document = await _told.TakeAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (QueueShutDownException)
            {
                return Volatile.Read(ref _ended) ?? throw Volatile.Read(ref _failed) ?? new ObjectDisposedException(nameof(IResultBackend));
            }

            progress?.Invoke(document);
        }
    }
}
