using System.Runtime.ExceptionServices;
using Overlap.Waiting;

namespace Overlap.Futures;

/// <summary>One child: waits for its turn, runs on the pool in the context of its start, and ends its future before it tells the group.</summary>
internal abstract class TaskGroupChild(TaskGroup group) : IThreadPoolWorkItem
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private Task? _call;   // Written once, before whoever ends the child can read it.

    /// <summary>Its place in the order of starts; written under the group's gate.</summary>
    public long Number { get; set; }

    public abstract Task Future { get; }

    protected TaskGroup Group { get; } = group;

    /// <summary>Hands the child to the pool; its place among the running ones is taken already.</summary>
    public void Start() => Continuations.Post(this);

    void IThreadPoolWorkItem.Execute()
    {
        // F4: the group may have been cancelled between the hand-over and here.
        if (Group.IsCanceled)
        {
            Refuse();
            Group.OnEnded(this);
        }
        else if (_context is null)
        {
            Begin();
        }
        else
        {
            ExecutionContext.Run(_context, static self => ((TaskGroupChild)self!).Begin(), this);
        }
    }

    /// <summary>Ends the future of a child that never ran.</summary>
    public abstract void Refuse();

    protected abstract Task Call(CancellationToken cancellationToken);

    protected abstract Task Throw(Exception exception);

    protected abstract void SetFrom(Task call);

    private void Begin()
    {
        try
        {
            _call = Call(Group.CancellationToken) ?? throw new InvalidOperationException("The child returned null instead of a task.");
        }
        catch (Exception exception)
        {
            _call = Throw(exception);
        }

        if (_call.IsCompleted)
        {
            End();
        }
        else
        {
            _call.ConfigureAwait(Interleaver.KeepsContext).GetAwaiter().UnsafeOnCompleted(End);
        }
    }

    private void End()
    {
        // F2: the future first. Whoever waits for the group then finds every child ended.
        SetFrom(_call!);
        Group.OnEnded(this);
    }

    /// <summary>A child without a result.</summary>
    internal sealed class Plain(TaskGroup group, Func<CancellationToken, Task> call) : TaskGroupChild(group)
    {
        private readonly TaskCompletionSource _future = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Task Future => _future.Task;

        public override void Refuse() => _future.SetCanceled(Group.CancellationToken);

        protected override Task Call(CancellationToken cancellationToken) => call(cancellationToken);

        // An async method tells a cancellation from a failure and keeps the stack of either.
        protected override async Task Throw(Exception exception) => ExceptionDispatchInfo.Throw(exception);

        protected override void SetFrom(Task call) => _future.SetFromTask(call);
    }
}
