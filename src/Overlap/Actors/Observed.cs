namespace Overlap.Actors;

/// <summary>What a system tells those who watch it: the last few are kept, all are counted, and an observer that throws harms nobody.</summary>
internal sealed class Observed<T>(int most)
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _last = new();   // Guarded by _gate.
    private long _count;
    private long _failedObservers;

    public long Count => Volatile.Read(ref _count);

    public long FailedObservers => Volatile.Read(ref _failedObservers);

    public IReadOnlyList<T> Last()
    {
        _gate.Enter();
        T[] last = [.. _last];
        _gate.Exit();
        return last;
    }

    public void Add(T item, Action<T>? observers)
    {
        _ = Interlocked.Increment(ref _count);
        if (most > 0)
        {
            _gate.Enter();
            if (_last.Count == most)
            {
                _ = _last.Dequeue();
            }

            _last.Enqueue(item);
            _gate.Exit();
        }

        if (observers is null)
        {
            return;
        }

        try
        {
            observers(item);
        }
        catch (Exception)
        {
            // It runs on the stack of who told: to throw there would make the teller answer for it. It is counted.
            _ = Interlocked.Increment(ref _failedObservers);
        }
    }
}
