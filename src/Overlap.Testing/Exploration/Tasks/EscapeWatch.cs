using System.Diagnostics;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>Sees when code of a program runs on a thread that the explorer does not run.</summary>
/// <remarks>
/// A mark travels with the program's execution context. Wherever the runtime takes that context to, to a thread of the pool, a timer, a thread
/// of its own, the mark's change is told on that thread before the program's code runs there: exact, and free while nothing escapes.
/// What runs without the context, by the runtime's unsafe ways, is seen when it comes back: it posts to a lane, or calls the explorer.
/// </remarks>
/// <param name="causeOf">Tells whose doing an escape is, from the stack that has escaped.</param>
internal sealed class EscapeWatch(Func<StackTrace, string> causeOf)
{
    private static readonly AsyncLocal<EscapeWatch?> Mark = new(OnChanged);

    private readonly object _gate = new();
    private string? _cause;
    private int _telling;   // Guarded by _gate: the threads that have escaped and are about to say so.

    public EscapeWatch()
        : this(CauseOf)
    {
    }

    /// <summary>That of the run whose code this thread runs, where the runtime took its context along.</summary>
    public static EscapeWatch? OfThisThread => Mark.Value;

    /// <summary>The thread on which the program may run.</summary>
    public int Thread { get; private set; }

    /// <summary>Whose doing the first escape was; <see langword="null"/>: none was seen.</summary>
    public string? Cause => Volatile.Read(ref _cause);

    /// <summary>The context in which the program is to run on this thread.</summary>
    public ExecutionContext Enter()
    {
        Thread = Environment.CurrentManagedThreadId;
        Mark.Value = this;
        return ExecutionContext.Capture()!;
    }

    /// <summary>Notes that the present thread, which is not the explorer's, runs code of the program.</summary>
    public void Note()
    {
        if (Cause is not null)
        {
            return;
        }

        lock (_gate)
        {
            _telling++;
        }

        string? cause = null;
        try
        {
            cause = causeOf(new StackTrace(1, fNeedFileInfo: true));
        }
        finally
        {
            lock (_gate)
            {
                _cause ??= cause;
                _telling--;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Gives an escape to the pool the time to show itself: until the pool has come to what it is given now, and so to all before it.</summary>
    /// <param name="most">How long the pool may take.</param>
    /// <param name="beyond">How long what the pool has taken up may need to get to the program's code.</param>
    public bool WaitForPool(TimeSpan most, TimeSpan beyond)
    {
        ManualResetEventSlim reached = new();
        ThreadPool.UnsafeQueueUserWorkItem(static reached => reached.Set(), reached, preferLocal: false);
        reached.Wait(most);
        return Wait(beyond);
    }

    /// <summary>Gives an escape some real time to show itself; one that has begun to may take longer, since a stack with its lines takes its time.</summary>
    public bool Wait(TimeSpan time)
    {
        lock (_gate)
        {
            if (_cause is null && _telling == 0)
            {
                _ = Monitor.Wait(_gate, time);
            }

            while (_cause is null && _telling > 0)
            {
                _ = Monitor.Wait(_gate);
            }

            return _cause is not null;
        }
    }

    private static void OnChanged(AsyncLocalValueChangedArgs<EscapeWatch?> change)
    {
        if (change.ThreadContextChanged && change.CurrentValue is { } watch && watch.Thread != Environment.CurrentManagedThreadId)
        {
            watch.Note();
        }
    }

    private static string CauseOf(StackTrace stack)
    {
        string frames = stack.ToString();
        string cause =
            frames.Contains("TimerQueue", StringComparison.Ordinal) ? "a timer of the system fired (Task.Delay, a time-out or a Timer without the explorer's TimeProvider)"
            : frames.Contains("AsyncStateMachineBox", StringComparison.Ordinal) ? "a continuation went to the pool (ConfigureAwait(false))"
            : frames.Contains("Tasks.Task.ExecuteWithThreadLocal", StringComparison.Ordinal) ? "a task ran on the pool (Task.Run, StartNew or ContinueWith)"
            : frames.Contains("ThreadPoolWorkQueue", StringComparison.Ordinal) ? "work ran on the pool"
            : "a thread of its own ran code of the program";
        return SourceLines.OfProgram(stack) is { } place ? $"{cause}, at {place}" : cause;
    }
}
