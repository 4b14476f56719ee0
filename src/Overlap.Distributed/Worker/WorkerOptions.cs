using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Distributed.Worker;

/// <summary>Settings of a <see cref="WorkerHost"/>.</summary>
public sealed record WorkerOptions
{
    /// <summary>The queues that are consumed, in turn. Default: <c>celery</c>.</summary>
    public ImmutableArray<string> Queues
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfZero(value.IsDefault ? 0 : value.Length, nameof(Queues));
            field = value;
        }
    } = ["celery"];

    /// <summary>The worker's name among others. Default: <c>celery@</c> and the machine's name.</summary>
    public string Name { get; init => field = Guard.NotEmpty(value); } = $"celery@{Environment.MachineName}";

    /// <summary>How many calls run at a time, where no executor is given. Unit: calls, at least 1. Default: one per core.</summary>
    public int Concurrency { get; init => field = Guard.AtLeast(1, value); } = Environment.ProcessorCount;

    /// <summary>
    /// Runs the calls: threads for functions that block, asynchronous slots for others. It stays the caller's. Default: asynchronous slots, as many as
    /// <see cref="Concurrency"/> says.
    /// </summary>
    public IExecutor? Executor { get; init; }

    /// <summary>
    /// Makes the registry in each worker process, and has the calls run there: a static method, or a lambda that captures nothing. A call that crashes
    /// costs only itself, and one that passes its hard limit is killed. Yields to <see cref="Executor"/>. Default: calls run in this process.
    /// </summary>
    public Func<TaskRegistry>? ProcessTasks { get; init; }

    /// <summary>
    /// How worker processes are treated: after how many calls or with how much memory one is replaced, and more. Its number of workers is
    /// <see cref="Concurrency"/>, and its state the registry.
    /// </summary>
    public ProcessPoolExecutorOptions Processes { get; init; } = new();

    /// <summary>
    /// How much work is taken ahead of what runs, so that slots need not wait for the broker: as many calls as will take about this long. Of calls that
    /// take longer than that, none is taken ahead. Default: 50 ms.
    /// </summary>
    public TimeSpan TakeAhead { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromMilliseconds(50);

    /// <summary>The most calls taken ahead, however short they are. Default: 512.</summary>
    public int MaxAhead { get; init => field = Guard.AtLeast(0, value); } = 512;

    /// <summary>
    /// How near the start of a call must be for it to wait here; one that is further ahead is put aside at the broker. Default: 10 seconds.
    /// </summary>
    public TimeSpan Horizon { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromSeconds(10);

    /// <summary>The most calls that wait here for their time; more are put aside at the broker. Default: 1,000.</summary>
    public int MaxWaiting { get; init => field = Guard.AtLeast(0, value); } = 1_000;

    /// <summary>
    /// How many workers may lose a message by dying or standing still; then it becomes a dead letter. The first is counted when it held the message, every
    /// other when it had begun the call. With 1 whatever a dying worker held is a dead letter. Unit: deliveries, at least 1. Default: 3.
    /// </summary>
    public int MaxDeliveries { get; init => field = Guard.AtLeast(1, value); } = 3;

    /// <summary>How long a stop waits for running calls before it cancels their tokens. Default: 30 seconds.</summary>
    public TimeSpan StopTimeout { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromSeconds(30);

    /// <summary>How long calls whose tokens a stop has cancelled may take to end; then their messages go back. Default: 3 seconds.</summary>
    public TimeSpan StopGrace { get; init => field = Guard.NotNegative(value); } = TimeSpan.FromSeconds(3);

    /// <summary>Whether commands that are broadcast are followed: ping, revoke, and what tells how the worker stands. Default: yes.</summary>
    public bool FollowsControl { get; init; } = true;

    /// <summary>Whether whoever can write to the broker may stop the worker. Default: no.</summary>
    public bool AllowsRemoteShutdown { get; init; }

    /// <summary>
    /// Whether a result tells of its call too: name, arguments, worker, retries and queue, as with Celery's <c>result_extended</c>. Default: no.
    /// </summary>
    public bool ExtendsResults { get; init; }

    /// <summary>
    /// Whether the end of a revoked call is stored as soon as the command comes, though its message may be anywhere, as later generations of Celery do.
    /// Who waits hears at once; but of a call that runs elsewhere at that moment and goes on, they hear too early. Default: no, when its turn comes.
    /// </summary>
    public bool StoresRevocationsAtOnce { get; init; }

    /// <summary>How long nothing may be delivered while a queue is not empty, before the worker calls itself stalled. Default: 60 seconds.</summary>
    public TimeSpan StallAfter { get; init => field = Guard.Positive(value); } = TimeSpan.FromSeconds(60);

    /// <summary>How large messages may be.</summary>
    public ProtocolLimits Limits { get; init; } = ProtocolLimits.Default;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the worker logs. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>What the waits of retries are drawn from, so that a test can repeat them; <see langword="null"/>: chance.</summary>
    internal int? Seed { get; init; }
}
