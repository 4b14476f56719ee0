namespace Overlap.Distributed.Brokers;

/// <summary>The dead letters of an <see cref="InMemoryBroker"/>.</summary>
internal sealed class InMemoryDeadLetters(InMemoryBroker broker) : IDeadLetterStore
{
    // Guarded by the broker's gate.
    private readonly List<(DeadLetterRecord Record, InMemoryMessage Message)> _letters = [];

    public ValueTask<long> CountAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (broker.Gate)
        {
            return new ValueTask<long>(_letters.Count);
        }
    }

    public ValueTask<IReadOnlyList<DeadLetterRecord>> ListAsync(int most, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        cancellationToken.ThrowIfCancellationRequested();
        lock (broker.Gate)
        {
            return new ValueTask<IReadOnlyList<DeadLetterRecord>>([.. _letters.Take(most).Select(static letter => letter.Record)]);
        }
    }

    public ValueTask<DeadLetterRecord?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (broker.Gate)
        {
            return new ValueTask<DeadLetterRecord?>(_letters.Find(letter => letter.Record.Id == id).Record);
        }
    }

    public ValueTask<bool> RequeueAsync(string id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        InMemoryMessage? message;
        lock (broker.Gate)
        {
            message = TakeLocked(id);
            if (message is not null)
            {
                broker.PutLastLocked(message);
            }
        }

        broker.WakeConsumers();
        return new ValueTask<bool>(message is not null);
    }

    public ValueTask<bool> DropAsync(string id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (broker.Gate)
        {
            return new ValueTask<bool>(TakeLocked(id) is not null);
        }
    }

    internal void AddLocked(DeadLetterRecord record, InMemoryMessage message) => _letters.Add((record, message));

    private InMemoryMessage? TakeLocked(string id)
    {
        int index = _letters.FindIndex(letter => letter.Record.Id == id);
        if (index < 0)
        {
            return null;
        }

        InMemoryMessage message = _letters[index].Message;
        _letters.RemoveAt(index);
        return message;
    }
}
