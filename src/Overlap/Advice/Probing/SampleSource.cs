namespace Overlap.Advice.Probing;

/// <summary>The items that a probe does: each once, and then again from the first if they may be repeated.</summary>
/// <remarks>Not thread-safe. Memory: the items pulled so far, where they may be repeated; else none.</remarks>
internal sealed class SampleSource<T>(IEnumerable<T> items, bool mayRepeat) : IDisposable
{
    private readonly IEnumerator<T> _items = items.GetEnumerator();
    private readonly Stack<T> _givenBack = [];
    private readonly List<T> _seen = [];
    private bool _isExhausted;
    private int _next;

    /// <summary>Whether items have been given that were given before.</summary>
    public bool Repeats { get; private set; }

    /// <summary>Whether there is nothing left to give.</summary>
    public bool IsUsedUp => _isExhausted && _givenBack.Count == 0 && (!mayRepeat || _seen.Count == 0);

    /// <summary>The items pulled so far.</summary>
    public long Pulled { get; private set; }

    /// <summary>Takes back what was given and not done.</summary>
    public void GiveBack(T item) => _givenBack.Push(item);

    public bool TryTake(out T item)
    {
        if (_givenBack.TryPop(out item!))
        {
            return true;
        }

        if (!_isExhausted && _items.MoveNext())
        {
            item = _items.Current;
            Pulled++;
            if (mayRepeat)
            {
                _seen.Add(item);
            }

            return true;
        }

        _isExhausted = true;
        if (IsUsedUp)
        {
            item = default!;
            return false;
        }

        Repeats = true;
        item = _seen[_next];
        _next = (_next + 1) % _seen.Count;
        return true;
    }

    public void Dispose() => _items.Dispose();
}
