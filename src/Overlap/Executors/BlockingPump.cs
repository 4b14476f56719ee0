using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>Runs one asynchronous function to its end on the current thread: its continuations come back here.</summary>
/// <remarks>A function that leaves the thread by <c>ConfigureAwait(false)</c> continues on the pool; the thread then waits for it.</remarks>
internal sealed class BlockingPump(SpanRecorder? span) : SynchronizationContext
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private bool _ended;

    public static TResult Run<TArgument, TResult>(
        Callable<TArgument, TResult> callable, TArgument argument, SpanRecorder? span, CancellationToken cancellationToken)
    {
        SynchronizationContext? outer = Current;
        BlockingPump pump = new(span);
        SetSynchronizationContext(pump);
        span?.BeginWork();
        try
        {
            if (span is not null)
            {
                SpanRecorder.Current = span;
            }

            ValueTask<TResult> running = callable.InvokeAsync(argument, cancellationToken);
            if (running.IsCompleted)
            {
                return running.GetAwaiter().GetResult();
            }

            // A value task may be looked at only once: from here on it is a task.
            Task<TResult> task = running.AsTask();
            task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(pump.End);
            pump.RunUntilEnd();
            return task.GetAwaiter().GetResult();
        }
        finally
        {
            span?.EndWork();
            SetSynchronizationContext(outer);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        Monitor.Enter(_gate);
        _posted.Enqueue((d, state));
        Monitor.Pulse(_gate);
        Monitor.Exit(_gate);
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("A worker thread takes posted continuations only.");

    private void End()
    {
        Monitor.Enter(_gate);
        _ended = true;
        Monitor.Pulse(_gate);
        Monitor.Exit(_gate);
    }

    private void RunUntilEnd()
    {
        while (true)
        {
            Monitor.Enter(_gate);
            bool wait = _posted.Count == 0 && !_ended;
            if (wait)
            {
                span?.EndWork();
            }

            while (_posted.Count == 0 && !_ended)
            {
                Monitor.Wait(_gate);
            }

            if (wait)
            {
                span?.BeginWork();
            }

            // What was posted before the end still runs: nothing the function left behind is lost.
            bool any = _posted.TryDequeue(out (SendOrPostCallback Callback, object? State) next);
            Monitor.Exit(_gate);
            if (!any)
            {
                return;
            }

            next.Callback(next.State);
        }
    }
}
