namespace Overlap.Testing.Exploration.Threads;

/// <summary>A real thread that runs one lane after the other, of many schedules.</summary>
/// <remarks>Cost: making a thread takes a hundred times as long as a schedule, so they are kept for some seconds after their last use.</remarks>
internal sealed class LaneThread
{
    private const int IdleMilliseconds = 5_000;

    private static readonly Lock Gate = new();
    private static readonly List<LaneThread> Idle = [];   // Guarded by Gate.

    private readonly Baton _baton = new();
    private readonly EscapeMark _mark = new();
    private ThreadLane? _lane;   // Written before the baton is passed.

    private LaneThread()
    {
    }

    /// <summary>Gives a thread that waits for a lane.</summary>
    public static LaneThread Rent()
    {
        lock (Gate)
        {
            if (Idle.Count > 0)
            {
                LaneThread thread = Idle[^1];
                Idle.RemoveAt(Idle.Count - 1);
                return thread;
            }
        }

        LaneThread made = new();
        new Thread(made.Work) { IsBackground = true, Name = "explored lane" }.UnsafeStart();
        return made;
    }

    /// <summary>Takes a thread back whose lane has ended.</summary>
    public static void Return(LaneThread thread)
    {
        lock (Gate)
        {
            Idle.Add(thread);
        }
    }

    /// <summary>Gives the thread a lane and the turn.</summary>
    public void Begin(ThreadLane lane)
    {
        _lane = lane;
        _baton.Pass();
    }

    /// <summary>Gives the thread the turn.</summary>
    public void Pass() => _baton.Pass();

    /// <summary>Waits for the turn, on this thread.</summary>
    public void Wait() => _baton.Wait();

    private void Work()
    {
        EscapeMark.Set(_mark);
        ExecutionContext context = ExecutionContext.Capture()!;
        while (_baton.Wait(IdleMilliseconds) || !TryRetire())
        {
            // Retiring fails when somebody rents the thread at the same moment: then the baton is on its way.
            ThreadLane? lane = Interlocked.Exchange(ref _lane, null);
            if (lane is null)
            {
                continue;
            }

            // What the lane before left behind in the flow or as a context is none of this one's business.
            ExecutionContext.Restore(context);
            SynchronizationContext.SetSynchronizationContext(null);
            _mark.Run = lane.Run;
            lane.Execute();
        }
    }

    private bool TryRetire()
    {
        lock (Gate)
        {
            return Idle.Remove(this);
        }
    }
}
