using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>What a running call may know of itself, and what it may tell.</summary>
[DebuggerDisplay("{TaskName,nq} {Id,nq}, attempt {Attempt}")]
public sealed class TaskContext
{
    private static readonly AsyncLocal<TaskContext?> Ambient = new();

    private readonly ITaskReporter? _reporter;

    internal TaskContext(
        TaskMessage message, WireConverter converter, TimeProvider clock, ILogger? logger, ITaskReporter? reporter, CancellationToken cancellationToken)
    {
        Message = message;
        TimeProvider = clock;
        Logger = logger ?? NullLogger.Instance;
        CancellationToken = cancellationToken;
        Converter = converter;
        _reporter = reporter;
    }

    /// <summary>The call that runs in this asynchronous flow; <see langword="null"/>: none.</summary>
    public static TaskContext? Current => Ambient.Value;

    /// <summary>The id of the call.</summary>
    public string Id => Message.Id;

    /// <summary>The name of the task.</summary>
    public string TaskName => Message.Task;

    /// <summary>How often the call was tried again before.</summary>
    public int Retries => Message.Retries;

    /// <summary>The number of this try; the first is 1.</summary>
    public int Attempt => Message.Retries + 1;

    /// <summary>The headers that the caller has added.</summary>
    public WireMap Headers => Message.OtherHeaders;

    /// <summary>The first call of the workflow that this one is part of; by itself its own.</summary>
    public string RootId => Message.RootId ?? Message.Id;

    /// <summary>The call that sent this one; <see langword="null"/>: none did.</summary>
    public string? ParentId => Message.ParentId;

    /// <summary>Before which moment it was not to start; <see langword="null"/>: at once.</summary>
    public DateTimeOffset? Eta => Message.Eta;

    /// <summary>After which moment it was not to start; <see langword="null"/>: never too late.</summary>
    public DateTimeOffset? Expires => Message.Expires;

    /// <summary>Who sent it, for people to read, as <c>gen1234@host</c>; <see langword="null"/>: not said.</summary>
    public string? Origin => Message.Origin;

    /// <summary>The call as it came.</summary>
    internal TaskMessage Message { get; }

    /// <summary>The worker's clock.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Writes to the worker's log, with the call's name and id.</summary>
    public ILogger Logger { get; }

    /// <summary>Cancelled when the call is to stop: its soft limit has passed, it was terminated, its worker stops, or another has it now.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Reads arguments and writes results.</summary>
    internal WireConverter Converter { get; }

    /// <summary>Where its reports go: in the worker's own process, its item.</summary>
    internal ITaskReporter? Reporter => _reporter;

    /// <summary>Tells how far the call is: who waits for it sees it.</summary>
    /// <param name="progress">What to tell.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <remarks>
    /// Order: reports are stored in their order. Race: none is stored once the call has ended. Memory: none. Cost: a round trip to the result
    /// backend; without one, nothing.
    /// </remarks>
    public ValueTask ReportProgressAsync<T>(T progress, CancellationToken cancellationToken = default) =>
        ReportAsync("PROGRESS", progress, cancellationToken);

    /// <summary>Tells how far the call is, under a name of its own.</summary>
    /// <param name="state">The name of the state; none of those that the protocol has.</param>
    /// <param name="progress">What to tell.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <remarks><inheritdoc cref="ReportProgressAsync" path="/remarks"/></remarks>
    public ValueTask ReportAsync<T>(string state, T progress, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(state);
        return _reporter is null ? default : _reporter.ReportAsync(Message, state, Converter.Write(progress), cancellationToken);
    }

    /// <summary>Makes the exception that asks for another try: <c>throw context.Retry(...)</c>.</summary>
    /// <param name="after">How long to wait; <see langword="null"/>: as the task's options say.</param>
    /// <param name="cause">Why; the call fails with it when there are no tries left.</param>
    /// <param name="maxRetries">How often the call may be tried again, in place of what the task's options say.</param>
    public TaskRetryException Retry(TimeSpan? after = null, Exception? cause = null, int? maxRetries = null) =>
        new(cause is null ? $"{TaskName} asks to be tried again." : $"{cause.GetType().Name}: {cause.Message}", cause) { After = after, MaxRetries = maxRetries };

    /// <summary>Makes the exception that refuses the message: <c>throw context.Reject(...)</c>.</summary>
    /// <param name="reason">Why, for people to read; <see langword="null"/>: it is not said.</param>
    /// <param name="requeues">
    /// Whether it goes to the back of its queue, for this worker or another, at once and as often as it is refused; otherwise it becomes a dead letter,
    /// and the call has failed. A message that was acknowledged early is gone: then the call has failed either way.
    /// </param>
    public TaskRejectException Reject(string? reason = null, bool requeues = false) => new(reason ?? $"{TaskName} rejects its message.", requeues);

    /// <summary>Makes the exception that ends the call without a word: <c>throw context.Ignore()</c>. Its message is done with, and nothing is stored.</summary>
    public TaskIgnoreException Ignore() => new($"{TaskName} is not to be told of.");

    /// <summary>Makes this the call of the asynchronous flow that runs here.</summary>
    internal void Enter() => Ambient.Value = this;
}
