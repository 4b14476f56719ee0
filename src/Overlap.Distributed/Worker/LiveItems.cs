namespace Overlap.Distributed.Worker;

/// <summary>The items that are in this worker and have not ended.</summary>
internal sealed class LiveItems
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private readonly HashSet<WorkItem> _items = [];
    private bool _isClosed;

    /// <summary>Ends when the last item has ended after <see cref="Close"/>.</summary>
    public Task Drained => _drained.Task;

    public void Add(WorkItem item)
    {
        _gate.Enter();
        _items.Add(item);
        _gate.Exit();
    }

    public void Remove(WorkItem item)
    {
        _gate.Enter();
        _items.Remove(item);
        bool isDrained = _isClosed && _items.Count == 0;
        _gate.Exit();
        if (isDrained)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Whether an item has not ended.</summary>
    public bool Contains(WorkItem item)
    {
        _gate.Enter();
        bool isThere = _items.Contains(item);
        _gate.Exit();
        return isThere;
    }

    /// <summary>The items as they are now.</summary>
    public WorkItem[] List()
    {
        _gate.Enter();
        WorkItem[] items = [.. _items];
        _gate.Exit();
        return items;
    }

    /// <summary>Says that none comes any more.</summary>
    public void Close()
    {
        _gate.Enter();
        _isClosed = true;
        bool isDrained = _items.Count == 0;
        _gate.Exit();
        if (isDrained)
        {
            _drained.TrySetResult();
        }
    }
}
