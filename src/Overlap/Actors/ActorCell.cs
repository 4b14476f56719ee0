using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>What stays of an actor while its instances come and go: its place in the tree, and its life.</summary>
/// <remarks>See README.md for the picture. This half knows nothing of messages; <see cref="ActorCell{TMessage}"/> does.</remarks>
[DebuggerDisplay("{Path,nq}")]
internal abstract partial class ActorCell : IntrusiveQueue<ActorCell>.Node, IThreadPoolWorkItem
{
    private static readonly AsyncLocal<ActorCell?> OfContext = new();

    private readonly string? _givenName;
    private readonly int _number;

    private SpinGate _gate;

    // Guarded by _gate.
    private IntrusiveQueue<ActorCell> _children;    // In the order of their start.
    private HashSet<string>? _givenNames;           // Of the children that were given one; the others have numbers.
    private List<ActorCell>? _watchers;
    private TaskCompletionSource? _childless;
    private bool _takesChildren = true;
    private bool _isEnded;

    private string? _path;
    private ExecutionContext? _context;    // Owned by whoever runs the actor: says whose code runs, across its awaits.

    /// <param name="system">Where it lives.</param>
    /// <param name="parent">Who looks after it; nobody does after the top.</param>
    /// <param name="name">The name it was given, if it was.</param>
    /// <param name="number">Its name otherwise, after the type of its messages.</param>
    /// <param name="supervision">How it looks after its children.</param>
    protected ActorCell(ActorSystem system, ActorCell? parent, string? name, int number, SupervisionStrategy supervision)
    {
        System = system;
        Parent = parent;
        _givenName = name;
        _number = number;
        Supervision = supervision;
    }

    /// <summary>The actor whose handler this is, also after its awaits; <see langword="null"/> outside.</summary>
    public static ActorCell? Current => OfContext.Value;

    public ActorSystem System { get; }

    public ActorCell? Parent { get; }

    public string Name => _givenName ?? $"{MessageType.Name}#{_number}";

    /// <summary>Made when it is asked for: most actors live and end without that.</summary>
    public string Path => _path ??= Parent is null ? "" : $"{Parent.Path}/{Name}";

    public abstract Type MessageType { get; }

    public abstract ActorRef Reference { get; }

    public bool IsEnded => Volatile.Read(ref _isEnded);

    protected SupervisionStrategy Supervision { get; }

    public ActorCell[] Children()
    {
        _gate.Enter();
        ActorCell[] children = ChildrenLocked();
        _gate.Exit();
        return children;
    }

    /// <summary>Takes a child in, whose name nobody else may have. It is for the caller to begin it.</summary>
    public void Adopt(ActorCell child)
    {
        _gate.Enter();
        bool takesChildren = _takesChildren;
        bool isNew = takesChildren && (child._givenName is null || (_givenNames ??= []).Add(child._givenName));
        if (isNew)
        {
            _children.Enqueue(child);
        }

        _gate.Exit();
        if (!takesChildren)
        {
            throw new ActorStoppedException(Path);
        }

        if (!isNew)
        {
            throw new InvalidOperationException($"{(Path.Length == 0 ? "The system" : Path)} has a child named {child.Name}.");
        }

        System.OnSpawned();
    }

    /// <summary>Has the first instance made.</summary>
    public void Begin() => Send(new SystemMessage(SystemMessageKind.Start));

    /// <summary>Puts a system message in and wakes the actor.</summary>
    public abstract void Send(SystemMessage message);

    /// <summary>Has the end of this actor told to another, at once if it has ended.</summary>
    public void AddWatcher(ActorCell watcher)
    {
        _gate.Enter();
        bool isEnded = _isEnded;
        if (!isEnded)
        {
            (_watchers ??= []).Add(watcher);
        }

        _gate.Exit();
        if (isEnded)
        {
            watcher.Send(new SystemMessage(SystemMessageKind.Terminated, Reference));
        }
    }

    public void RemoveWatcher(ActorCell watcher)
    {
        _gate.Enter();
        _ = _watchers?.Remove(watcher);
        _gate.Exit();
    }

    public bool IsWithin(ActorCell other)
    {
        for (ActorCell? cell = this; cell is not null; cell = cell.Parent)
        {
            if (cell == other)
            {
                return true;
            }
        }

        return false;
    }

    public abstract ActorStatistics GetStatistics();

    void IThreadPoolWorkItem.Execute()
    {
        if (_context is null)
        {
            // Made once, from the pool's own empty context: what surrounds a spawn does not leak into the actor.
            OfContext.Value = this;
            _context = ExecutionContext.Capture();
            OfContext.Value = null;
        }

        ExecutionContext.Run(_context!, static self => ((ActorCell)self!).Run(), this);
    }

    /// <summary>Does what there is to do, until it has to wait, is out of work, or others want the thread.</summary>
    protected abstract void Run();

    private Task StopChildrenAsync(SystemMessageKind how)
    {
        Task childless = Task.CompletedTask;
        _gate.Enter();
        if (_children.Count > 0)
        {
            _childless = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            childless = _childless.Task;
        }

        ActorCell[] children = ChildrenLocked();
        _gate.Exit();
        foreach (ActorCell child in children)
        {
            child.Send(new SystemMessage(how));
        }

        return childless;
    }

    private ActorCell[] ChildrenLocked()
    {
        if (_children.Count == 0)
        {
            return [];
        }

        ActorCell[] children = new ActorCell[_children.Count];
        int place = 0;
        for (ActorCell? child = _children.First; child is not null; child = child.Next)
        {
            children[place++] = child;
        }

        return children;
    }

    private void Release(ActorCell child)
    {
        TaskCompletionSource? childless = null;
        _gate.Enter();
        _ = _children.TryRemove(child);
        if (child._givenName is not null)
        {
            _ = _givenNames!.Remove(child._givenName);
        }

        if (_children.Count == 0)
        {
            childless = _childless;
            _childless = null;
        }

        _gate.Exit();
        _ = childless?.TrySetResult();
    }
}
