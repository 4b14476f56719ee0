using System.Runtime.CompilerServices;
using Overlap.Testing.Exploration.Scheduling;
using Overlap.Testing.Exploration.Tasks;

namespace Overlap.Testing.Exploration.Threads;

/// <summary>One schedule of a program of threads: gives the turn to one of them at a time.</summary>
/// <remarks>
/// <para>
/// The thread that has the turn makes the next choice itself; while it chooses itself nothing is handed over. Only when it chooses another one does
/// it pass that one's baton and wait for its own. All that is here belongs to the thread that has the turn, and it holds <see cref="_control"/>
/// while it chooses: the exploring thread takes that when a lane does not come back.
/// </para>
/// Order: the first of the lanes to choose from is the one that ran last, unless it waits or gives way.
/// </remarks>
internal sealed partial class ThreadRun
{
    /// <summary>What is added to a lane's id for "its oldest buffered write becomes visible".</summary>
    public const int DrainIds = 10_000;

    // Steps in a row after which a lane that does not say that it spins is taken for one that does.
    private const int MostInARow = 50;

    private const string EscapeMessage =
        "Code of the program used a stand-in on a thread that the explorer does not control: the pool's, a timer's, or one of its own making.";

    private static int _active;

    private readonly Schedule _schedule;
    private readonly ExplorationOptions _options;
    private readonly List<ThreadLane> _lanes = [];
    private readonly List<Action> _atEnd = [];
    private readonly Baton _over;
    private Dictionary<object, MonitorState>? _monitors;
    private readonly StoreBufferMemory? _memory;
    private int[] _candidates = new int[16];
    private int _turns;
    private int _locks;
    private int _control;            // 1 while somebody chooses.
    private ThreadLane? _running;
    private volatile bool _isOver;   // Set with the first failure: whoever meets it unwinds.
    private volatile bool _isEscaped;
    private FailureKind? _failure;
    private string _message = "";
    private Exception? _exception;
    private string? _lostUpdate;
    private bool _isDisturbed;
    private VirtualTimeProvider? _time;

    public ThreadRun(Schedule schedule, ExplorationOptions options, Baton over)
    {
        _over = over;
        _schedule = schedule;
        _options = options;
        Interleaver = new ThreadInterleaver(this);
        _memory = options.StoreBuffers ? new StoreBufferMemory(this) : null;
    }

    /// <summary>Whether any thread of the process explores threads.</summary>
    public static bool IsAnyActive => Volatile.Read(ref _active) > 0;

    public bool IsExplained => _schedule.IsExplained;

    public bool IsOver => _isOver;

    /// <summary>What the library's own hand-offs meet on the threads of this run.</summary>
    public ThreadInterleaver Interleaver { get; }

    /// <summary>What the program sees of this run.</summary>
    public ThreadExplorer? Explorer { get; set; }

    /// <summary>The writes that not every lane sees yet; <see langword="null"/> when every write is seen at once.</summary>
    public StoreBufferMemory? Memory => _memory;

    public VirtualTimeProvider TimeProvider => _time ??= new VirtualTimeProvider();

    /// <summary>Adds a lane; it runs when it is chosen.</summary>
    public ThreadLane Spawn(string name, Action body)
    {
        // In a story two lanes of one name would be one.
        ThreadLane lane = new(this, _lanes.Count, IsExplained ? Unique(name) : name, body);
        _lanes.Add(lane);
        if (_lanes.Count > _options.MaxLanes)
        {
            Fail(FailureKind.TooManyLanes, $"The program started more than {_options.MaxLanes} threads; the last one is called {name}.");
        }

        return lane;
    }

    /// <summary>Lets others run before the next operation of a lane.</summary>
    public void Step(ThreadLane lane, bool givesWay)
    {
        EnterControl();
        ThrowIfOverLocked(lane);
        lane.GivesWay = givesWay || lane.InARow >= MostInARow;
        ThreadLane? next = Next(lane, canGoOn: true);
        Switch(lane, next);
    }

    /// <summary>Lets others run until what the lane waits for has come.</summary>
    public void Block(ThreadLane lane)
    {
        EnterControl();
        ThrowIfOverLocked(lane);
        ThreadLane? next = Next(lane, canGoOn: false);
        Switch(lane, next);
    }

    public int ChooseData(ThreadLane? lane, int count)
    {
        if (lane is null || lane.IsDirect)
        {
            return 0;
        }

        ThrowIfOver();
        int[] numbers = [.. Enumerable.Range(0, count)];
        return _schedule.Choose(numbers, ChoiceKind.Data);
    }

    public MonitorState MonitorOf(object gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        _monitors ??= new Dictionary<object, MonitorState>(ReferenceEqualityComparer.Instance);
        if (!_monitors.TryGetValue(gate, out MonitorState? monitor))
        {
            _monitors.Add(gate, monitor = new MonitorState(NameOfLock()));
        }

        return monitor;
    }

    /// <summary>Names a lock by the order in which locks are first used: the same in every run of a schedule.</summary>
    public string NameOfLock()
    {
        _locks++;
        return IsExplained ? $"lock {_locks}" : "a lock";
    }

    /// <summary>Makes the writes of all lanes visible.</summary>
    public void DrainAll()
    {
        foreach (ThreadLane lane in _lanes)
        {
            _memory?.DrainAll(lane);
        }
    }

    public void AtEnd(Action check) => _atEnd.Add(check);

    public void Tell(string lane, string action, string? file, int line, string? remark = null) => _schedule.Tell(lane, action, file, line, remark);

    public string NameOf(int lane) => _lanes[lane].Name;

    /// <summary>Notes a lost update; it fails nothing by itself, but says what kind of failure an assertion is.</summary>
    public void OnLostUpdate(string variable, ThreadLane lane, int lost) =>
        _lostUpdate ??= $"{lane.Name} overwrites {variable}, which {NameOf(lost)} has written since {lane.Name} read it";

    /// <summary>Ends the schedule as one whose assertion failed.</summary>
    public void FailAssertion(string message)
    {
        if (_lostUpdate is null)
        {
            Fail(FailureKind.Assertion, message);
        }
        else
        {
            Fail(FailureKind.LostUpdate, $"{message}; {_lostUpdate}");
        }
    }

    /// <summary>Ends the schedule as a failure, from the thread that has the turn.</summary>
    public void Fail(FailureKind kind, string message, Exception? exception = null)
    {
        SetFailure(kind, message, exception);
        throw new ExplorationAbortException();
    }

    public void FailFrom(ThreadLane lane, Exception exception)
    {
        if (_isOver || lane.IsAbandoned)
        {
            return;
        }

        if (!TaskMode.IsAssertion(exception))
        {
            SetFailure(FailureKind.Exception, $"{lane.Name} ended with {exception.GetType().Name}: {exception.Message}", exception);
        }
        else if (_lostUpdate is null)
        {
            SetFailure(FailureKind.Assertion, exception.Message, exception);
        }
        else
        {
            SetFailure(FailureKind.LostUpdate, $"{exception.Message}; {_lostUpdate}", exception);
        }
    }

    /// <summary>Ends the schedule as one that counts for nothing.</summary>
    public void Disturb()
    {
        _isDisturbed = true;
        _isOver = true;
        throw new ExplorationAbortException();
    }

    /// <summary>Notes that code of the program runs elsewhere, from there.</summary>
    public void Escape() => _isEscaped = true;

    public void ThrowIfOver()
    {
        if (_isOver)
        {
            throw new ExplorationAbortException();
        }
    }

    /// <summary>Takes a lane out that has ended, and gives the turn on.</summary>
    public void End(ThreadLane lane)
    {
        EnterControl();
        lane.IsEnded = true;
        LaneThread.Return(lane.Thread!);
        if (lane.IsAbandoned)
        {
            ExitControl();
            return;
        }

        ThreadLane? next = (_isOver ? null : Next(lane, canGoOn: false)) ?? NextToUnwind();
        _running = next;
        ExitControl();
        if (next is null)
        {
            _over.Pass();
        }
        else
        {
            next.Resume();
        }
    }

    private string Unique(string name)
    {
        string unique = name;
        for (int number = 2; _lanes.Exists(lane => lane.Name == unique); number++)
        {
            unique = $"{name} {number}";
        }

        return unique;
    }

    private void SetFailure(FailureKind kind, string message, Exception? exception = null)
    {
        if (!_isOver)
        {
            _failure = kind;
            _message = message;
            _exception = exception;
            _isOver = true;
        }
    }

    private void Switch(ThreadLane lane, ThreadLane? next)
    {
        if (next is null)
        {
            ExitControl();
            throw new ExplorationAbortException();
        }

        if (next == lane)
        {
            ExitControl();
            return;
        }

        _running = next;
        ExitControl();
        LaneThread thread = lane.Thread!;
        next.Resume();
        thread.Wait();
        ThrowIfOver();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnterControl()
    {
        while (Interlocked.CompareExchange(ref _control, 1, 0) != 0)
        {
            Thread.SpinWait(1);
        }

        _turns++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ExitControl() => Volatile.Write(ref _control, 0);

    private void ThrowIfOverLocked(ThreadLane lane)
    {
        if (_isEscaped)
        {
            SetFailure(FailureKind.Escape, EscapeMessage);
        }

        if (_isOver || lane.IsAbandoned)
        {
            ExitControl();
            throw new ExplorationAbortException();
        }
    }
}
