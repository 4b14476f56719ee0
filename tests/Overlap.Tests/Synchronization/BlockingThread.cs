using Overlap.Waiting;

namespace Overlap.Tests.Synchronization;

/// <summary>A thread of a test that blocks on a primitive, and says when it does.</summary>
internal sealed class BlockingThread
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private Exception? _error;

    private BlockingThread(Action body) =>
        _thread = new Thread(() =>
        {
            Interleaver.Install(new Watch(_blocked));
            try
            {
                body();
            }
            catch (Exception error)
            {
                _error = error;
            }
            finally
            {
                Interleaver.Install(null);
            }
        })
        { IsBackground = true };

    public static BlockingThread Start(Action body)
    {
        BlockingThread thread = new(body);
        thread._thread.Start();
        return thread;
    }

    /// <summary>Starts a thread and returns when it stands in the queue of a primitive.</summary>
    public static BlockingThread StartAndBlock(Action body)
    {
        BlockingThread thread = Start(body);
        Assert.True(thread._blocked.Task.Wait(Patience), "The thread does not block.");
        return thread;
    }

    /// <summary>Waits for the end of the thread.</summary>
    /// <returns>What it threw.</returns>
    public Exception? Join()
    {
        Assert.True(_thread.Join(Patience), "The thread is blocked for ever.");
        return _error;
    }

    public void Interrupt() => _thread.Interrupt();

    private sealed class Watch(TaskCompletionSource blocked) : PoolWatch
    {
        protected override void OnBlock(object primitive) => blocked.TrySetResult();
    }
}
