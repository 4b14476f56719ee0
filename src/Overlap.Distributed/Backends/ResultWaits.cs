using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Backends;

/// <summary>Who waits for which call in this process.</summary>
internal sealed class ResultWaits
{
    // Guarded by _gate.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<ResultWait>> _waits = new(StringComparer.Ordinal);
    private bool _isClosed;

    /// <summary>The calls that somebody waits for.</summary>
    public string[] TaskIds
    {
        get
        {
            lock (_gate)
            {
                return [.. _waits.Keys];
            }
        }
    }

    /// <summary>Begins a wait. What is stored from now on is told to it.</summary>
    /// <exception cref="ObjectDisposedException">The backend was disposed.</exception>
    public ResultWait Begin(string taskId)
    {
        ResultWait wait = new();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(IResultBackend));
            if (!_waits.TryGetValue(taskId, out List<ResultWait>? others))
            {
                others = [];
                _waits.Add(taskId, others);
            }

            others.Add(wait);
        }

        return wait;
    }

    /// <summary>Ends a wait, whatever became of it.</summary>
    public void End(string taskId, ResultWait wait)
    {
        lock (_gate)
        {
            if (_waits.TryGetValue(taskId, out List<ResultWait>? waits) && waits.Remove(wait) && waits.Count == 0)
            {
                _waits.Remove(taskId);
            }
        }
    }

    /// <summary>Tells those who wait for a call.</summary>
    public void Tell(ResultDocument document)
    {
        lock (_gate)
        {
            if (_waits.TryGetValue(document.TaskId, out List<ResultWait>? waits))
            {
                waits.ForEach(wait => wait.Tell(document));
            }
        }
    }

    /// <summary>Ends all waits with <see cref="ObjectDisposedException"/>, and those that begin later.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (List<ResultWait> waits in _waits.Values)
            {
                waits.ForEach(static wait => wait.Abandon());
            }
        }
    }
}
