namespace Overlap.Tests.Pipelines;

/// <summary>A source that gives what a test puts in, when it does; when it is asked for more, all that was put in before is in the stage.</summary>
internal sealed class HandFedSource : IAsyncEnumerable<int>
{
    private readonly Lock _gate = new();
    private readonly Queue<int> _items = new();   // Guarded by _gate, as all that follows.
    private readonly List<TaskCompletionSource> _askers = [];
    private TaskCompletionSource? _reader;
    private bool _isOver;

    public int Disposals { get; private set; }

    public void Give(int item)
    {
        _gate.Enter();
        _items.Enqueue(item);
        TaskCompletionSource? reader = _reader;
        _reader = null;
        _gate.Exit();
        reader?.SetResult();
    }

    public void End()
    {
        _gate.Enter();
        _isOver = true;
        TaskCompletionSource? reader = _reader;
        _reader = null;
        _gate.Exit();
        reader?.SetResult();
    }

    /// <summary>Waits until the stage has taken everything in and asks for more.</summary>
    public Task WaitUntilAskedAsync()
    {
        TaskCompletionSource asker = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _gate.Enter();
        bool isAsked = _reader is not null;
        if (!isAsked)
        {
            _askers.Add(asker);
        }

        _gate.Exit();
        return isAsked ? Task.CompletedTask : asker.Task;
    }

    public async IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                TaskCompletionSource? reader = null;
                List<TaskCompletionSource> askers = [];
                _gate.Enter();
                bool any = _items.TryDequeue(out int item);
                bool isOver = !any && _isOver;
                if (!any && !isOver)
                {
                    _reader = reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    askers = [.. _askers];
                    _askers.Clear();
                }

                _gate.Exit();
                if (isOver)
                {
                    yield break;
                }

                if (any)
                {
                    yield return item;
                    continue;
                }

                askers.ForEach(static asker => asker.SetResult());
                await using CancellationTokenRegistration registration = cancellationToken.Register(() => reader!.TrySetCanceled(cancellationToken));
                await reader!.Task;
            }
        }
        finally
        {
            Disposals++;
        }
    }
}
