using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Futures;

/// <summary>Owns the tasks that are started in it: when the group has ended, every child has ended.</summary>
/// <remarks>
/// <para>
/// Prefer <see cref="RunAsync(Func{TaskGroup, Task}, TaskGroupOptions, CancellationToken)"/>, which cannot be left in any other way than through
/// its join. With <c>await using</c>, call <see cref="JoinAsync"/> last: a group that is disposed without a join was left early, so it cancels
/// what runs, waits for it, and leaves the errors to the tasks of the children.
/// </para>
/// <para>
/// A child that fails is treated as <see cref="TaskGroupOptions.OnFailure"/> says. A child that ends cancelled although nothing cancelled the
/// group has failed too: a request that timed out inside a client is an error, not a quiet end.
/// </para>
/// Order: children start in the order of the calls of <see cref="Run(Func{CancellationToken, Task})"/>, at most
/// <see cref="TaskGroupOptions.Limit"/> at a time; with a limit of one, each starts when the one before it has ended.
/// Race: of several reasons to cancel the group the first one counts; a child that has not begun by then never begins.
/// Memory: what was written before a child was started is visible to it, and what the children wrote to whoever joined the group.
/// Cost: one hand-off to the pool and a few small objects a child; a child is forgotten when it has ended, unless it failed.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class TaskGroup : IAsyncDisposable
{
    private readonly TaskGroupOptions _options;
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenRegistration _callerRegistration;
    private readonly ITimer? _timer;

    // Never disposed: it has no timer and no parent, so there is nothing to free, and a late reader of the token must not be punished.
    private readonly CancellationTokenSource _scope = new();

    /// <summary>Opens a group.</summary>
    /// <param name="options">How it runs its children; the defaults if left out.</param>
    /// <param name="cancellationToken">Cancels the children; the join then throws with this token.</param>
    public TaskGroup(TaskGroupOptions? options = null, CancellationToken cancellationToken = default)
    {
        _options = options ?? new TaskGroupOptions();
        _callerToken = cancellationToken;
        _callerRegistration = cancellationToken.UnsafeRegister(static self => ((TaskGroup)self!).Cancel(Cause.Caller), this);
        _timer = _options.Timeout == Timeout.InfiniteTimeSpan
            ? null
            : _options.TimeProvider.CreateTimer(
                static self => ((TaskGroup)self!).Cancel(Cause.Timeout), this, _options.Timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the group is: the token that every child gets.</summary>
    public CancellationToken CancellationToken => _scope.Token;

    /// <summary>Whether the group was cancelled: by a failure, its caller, its time or itself.</summary>
    public bool IsCanceled => Volatile.Read(ref _isCanceled);

    private string DebuggerText => $"{DebuggerState}, {_running} running, {_waiting.Count} waiting, {_failed} failed";

    private string DebuggerState => _isEnded ? "ended" : IsCanceled ? "cancelled" : _isJoining ? "joining" : "open";

    /// <summary>Starts a child, or lets it wait for its turn.</summary>
    /// <param name="child">
    /// The work; called on the pool, in the execution context of this call. It may start siblings, but not join its own group.
    /// </param>
    /// <returns>The future of the child; cancelled at once if the group was cancelled.</returns>
    /// <exception cref="InvalidOperationException">The group has ended.</exception>
    public Task Run(Func<CancellationToken, Task> child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return Submit(new TaskGroupChild.Plain(this, child)).Future;
    }

    /// <summary>Starts a child with a result, or lets it wait for its turn.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <inheritdoc cref="Run(Func{CancellationToken, Task})" path="/param|/returns|/exception"/>
    public Task<T> Run<T>(Func<CancellationToken, Task<T>> child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return Submit(new TaskGroupChild<T>(this, child)).Future;
    }

    /// <summary>Cancels the children that run and those that wait; the join then throws nothing on this account.</summary>
    public void Cancel() => Cancel(Cause.Request);

    /// <summary>Waits until every child has ended, also those that children start meanwhile, and ends the group.</summary>
    /// <remarks>Has no token of its own: a wait that could be given up would leave children behind. Cancel the group instead.</remarks>
    /// <exception cref="AggregateException">
    /// Children failed: all their errors in the order of their starts, each once, and a <see cref="TimeoutException"/> last if the time had
    /// passed too. Not with <see cref="FailurePolicy.Collect"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled before the group ended, and no child failed.</exception>
    /// <exception cref="TimeoutException">The time passed before the group ended, and no child failed.</exception>
    /// <exception cref="ObjectDisposedException">The group was disposed before it was joined, and no child failed.</exception>
    public async Task JoinAsync()
    {
        Close();
        await _ended.Task.ConfigureAwait(Interleaver.KeepsContext);
        List<Exception> errors = await ErrorsAsync().ConfigureAwait(Interleaver.KeepsContext);
        if (errors.Count > 0)
        {
            throw new AggregateException($"{errors.Count} errors in a task group.", errors);
        }

        switch (_cause)
        {
            case Cause.Caller:
                throw new OperationCanceledException(_callerToken);
            case Cause.Timeout:
                throw TimedOut();
            case Cause.Abandonment:
                throw new ObjectDisposedException(nameof(TaskGroup), "The group was disposed before it was joined.");
        }
    }

    /// <summary>Waits for the children; if the group was not joined, cancels them first. Throws none of their errors.</summary>
    public async ValueTask DisposeAsync()
    {
        Cancel(Cause.Abandonment);
        Close();
        await _ended.Task.ConfigureAwait(Interleaver.KeepsContext);
    }

    /// <summary>Tells how the group stands.</summary>
    public TaskGroupStatistics GetStatistics()
    {
        _gate.Enter();
        try
        {
            return new TaskGroupStatistics
            {
                Limit = _options.Limit,
                Submitted = _submitted,
                Waiting = _waiting.Count,
                Running = _running,
                Succeeded = _succeeded,
                Failed = _failed,
                Canceled = _canceled,
                IsCanceled = _isCanceled,
                IsEnded = _isEnded,
            };
        }
        finally
        {
            _gate.Exit();
        }
    }
}
