namespace Overlap.Benchmarks.Areas.Actors;

/// <summary>The work of every message, and the end of a loop: done when as many have come as were sent.</summary>
internal sealed class Tally
{
    private readonly int _expected;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;
    private long _sum;

    public Tally(int expected) => _left = _expected = expected;

    public Task Done => _done.Task;

    public void Add(Amount amount)
    {
        _sum += amount.Value;
        if (--_left == 0)
        {
            if (_sum == _expected)
            {
                _done.SetResult();
            }
            else
            {
                _done.SetException(new InvalidOperationException($"{_sum} of {_expected} came through"));
            }
        }
    }
}
