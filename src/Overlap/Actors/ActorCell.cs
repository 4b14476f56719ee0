using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>What stays of an actor while its instances come and go: its place in the tree, and its life.</summary>
/// <remarks>See README.md for the picture. This half knows nothing of messages; <see cref="ActorCell{TMessage}"/> does.</remarks>
[DebuggerDisplay("{Path,nq}")]
internal abstract partial class ActorCell : IThreadPoolWorkItem
{
    private static readonly AsyncLocal<ActorCell?> OfContext = new();

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<ActorCell> _children = [];
    private List<ActorCell>? _watchers;
    private TaskCompletionSource? _ended;
    private TaskCompletionSource? _childless;
    private bool _takesChildren = true;
    private bool _isEnded;

    private ExecutionContext? _context;    // Owned by whoever runs the actor: says whose code runs, across its awaits.

    protected ActorCell(ActorSystem system, ActorCell? parent, string name, SupervisionStrategy supervision)
    {
        System = system;
        Parent = parent;
        Name = name;
        Path = parent is null ? "" : $"{parent.Path}/{name}";
        Supervision = supervision;
    }

    /// <summary>The actor whose handler this is, also after its awaits; <see langword="null"/> outside.</summary>
    public static ActorCell? Current => OfContext.Value;

    public ActorSystem System { get; }

    public ActorCell? Parent { get; }

    public string Name { get; }

    public string Path { get; }

    public abstract ActorRef Reference { get; }

    public bool IsEnded => Volatile.Read(ref _isEnded);

    protected SupervisionStrategy Supervision { get; }

    public ActorCell[] Children()
    {
        _gate.Enter();
        ActorCell[] children = [.. _children];
        _gate.Exit();
        return children;
    }

    /// <summary>Takes a child in, whose name nobody else may have. It is for the caller to begin it.</summary>
    public void Adopt(ActorCell child)
    {
        _gate.Enter();
        try
        {
            if (!_takesChildren)
            {
                throw new ActorStoppedException(Path);
            }

            foreach (ActorCell sibling in _children)
            {
                if (sibling.Name == child.Name)
                {
                    throw new InvalidOperationException($"{(Path.Length == 0 ? "The system" : Path)} has a child named {child.Name}.");
                }
            }

            _children.Add(child);
        }
        finally
        {
            _gate.Exit();
        }

        System.OnSpawned();
    }

    /// <summary>Has the first instance made.</summary>
    public void Begin() => Send(new SystemMessage(SystemMessageKind.Start));

    /// <summary>Gives a task that ends when the actor has stopped and its children with it.</summary>
    public Task WhenEnded()
    {
        _gate.Enter();
        _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_isEnded)
        {
            _ = _ended.TrySetResult();
        }

        _gate.Exit();
        return _ended.Task;
    }

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

    private async ValueTask StopChildrenAsync(SystemMessageKind how)
    {
        Task? childless = null;
        _gate.Enter();
        if (_children.Count > 0)
        {
            _childless = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            childless = _childless.Task;
        }

        ActorCell[] children = [.. _children];
        _gate.Exit();
        foreach (ActorCell child in children)
        {
            child.Send(new SystemMessage(how));
        }

        if (childless is not null)
        {
            await childless.ConfigureAwait(Interleaver.KeepsContext);
        }
    }

    private void Release(ActorCell child)
    {
        TaskCompletionSource? childless = null;
        _gate.Enter();
        _ = _children.Remove(child);
        if (_children.Count == 0)
        {
            childless = _childless;
            _childless = null;
        }

        _gate.Exit();
        _ = childless?.TrySetResult();
    }
}
