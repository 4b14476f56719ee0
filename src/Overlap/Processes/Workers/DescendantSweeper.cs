using Overlap.Waiting;

namespace Overlap.Processes.Workers;

/// <summary>Kills what dead workers left behind, on a thread that lives while there is something to look for.</summary>
/// <remarks>One look through all processes serves every worker that died since the last.</remarks>
internal static class DescendantSweeper
{
    private static readonly Lock Gate = new();

    // Guarded by Gate.
    private static readonly List<(WorkerCookie Cookie, TaskCompletionSource Done)> Waiting = [];
    private static bool _isRunning;

    public static void Sweep(WorkerCookie cookie, TaskCompletionSource done)
    {
        Gate.Enter();
        try
        {
            Waiting.Add((cookie, done));
            if (!_isRunning)
            {
                StartLocked();
                _isRunning = true;
            }
        }
        finally
        {
            Gate.Exit();
        }
    }

    private static void StartLocked()
    {
        try
        {
            new Thread(Run) { IsBackground = true, Name = "overlap worker sweeper" }.UnsafeStart();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // No thread of its own is to be had, perhaps because of what is to be swept: then on one that there is.
            Continuations.Post(static _ => Run(), null);
        }
    }

    private static void Run()
    {
        while (Take() is { Length: > 0 } batch)
        {
            ProcessHunt.ByCookie([.. batch.Select(static item => item.Cookie)]);
            foreach ((_, TaskCompletionSource done) in batch)
            {
                done.SetResult();
            }
        }
    }

    private static (WorkerCookie Cookie, TaskCompletionSource Done)[] Take()
    {
        Gate.Enter();
        try
        {
            (WorkerCookie, TaskCompletionSource)[] batch = [.. Waiting];
            Waiting.Clear();
            _isRunning = batch.Length > 0;
            return batch;
        }
        finally
        {
            Gate.Exit();
        }
    }
}
