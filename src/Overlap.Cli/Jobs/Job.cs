using Overlap.Adaptation;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Cli.Jobs;

/// <summary>A job verb's work: what the items are, and how one item is done under each model, as its users would write it.</summary>
/// <remarks>
/// A run makes one job object, calls <see cref="PrepareAsync"/>, then pulls <see cref="ReadItemsAsync"/> lazily and does each item by
/// <see cref="Execute"/> (inline, threads) or <see cref="ExecuteAsync"/> (async), and disposes the job.
/// Under processes each worker makes a job object of its own from data (<see cref="WorkerProcess"/>) and does items by <see cref="Execute"/>;
/// the run's own object gives the items and knows their names.
/// A failure of one item is an <see cref="ItemResult"/>; an exception is a failure of the whole run.
/// </remarks>
internal abstract class Job<TItem> : IAsyncDisposable
{
    /// <summary>The verb, such as <c>fetch</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What, with an item's key, tells the same work in a journal: the verb and the options that change what comes of an item.</summary>
    public virtual string Template => Name;

    /// <summary>The names of the job's own fields in a table of results; see <see cref="ItemResult.Fields"/>.</summary>
    public virtual IReadOnlyList<string> FieldNames => [];

    /// <summary>Whether the job tries again and limits times itself, so that the runner must not.</summary>
    public virtual bool OwnsAttempts => false;

    /// <summary>The limit of the job's own that held items back in this run, such as <c>--per-host 6</c>; <see langword="null"/> when none did.</summary>
    public virtual string? LimitReached => null;

    /// <summary>The number of items if it is known without reading them all.</summary>
    public virtual long? ItemCount => null;

    /// <summary>Whether items are computed by threads of a native library: the clock of the thread that asked for it does not show that work.</summary>
    public virtual bool WorksOutOfSight => false;

    /// <summary>The models that the job knows, in the order in which <c>compare</c> runs them.</summary>
    public virtual IReadOnlyList<ExecutionModel> Models { get; } = [ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async];

    /// <summary>The number of workers that the job takes under a model when the user names none.</summary>
    public abstract int DefaultWorkers(ExecutionModel model);

    /// <summary>The most workers that the job can be given under a model, whatever the user says.</summary>
    public virtual int MostWorkers(ExecutionModel model) => int.MaxValue;

    /// <summary>The most items in work and paused between attempts, of a job that holds items back by <see cref="WaitToStartAsync"/>.</summary>
    /// <param name="workers">The items that the user wants in work at the same time.</param>
    public virtual int MostInWork(int workers) => workers;

    /// <summary>
    /// Lets a job that holds items back by <see cref="WaitToStartAsync"/> find itself how many are in work. Asked before <see cref="PrepareAsync"/>.
    /// </summary>
    /// <param name="recorder">Takes down each number, and why; may be <see langword="null"/>.</param>
    /// <returns>Whether the job does so; if not, the executor does.</returns>
    public virtual bool TryAdapt(TimelineRecorder? recorder) => false;

    /// <summary>The items that may be in work now, of a job that holds items back; <see langword="null"/> when the executor's number holds.</summary>
    public virtual int? Places => null;

    /// <summary>How that number was found, when the job finds it itself.</summary>
    public virtual LimitStatus? Adaptation => null;

    /// <summary>Waits until a further item may start. Asked once for each item that is done in this run, one after the other, before it starts.</summary>
    /// <param name="cancellationToken">Cancelled when nothing more may start.</param>
    public virtual ValueTask WaitToStartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Opens what the run needs: a site, a folder, shared clients.</summary>
    public virtual ValueTask PrepareAsync(ExecutionModel model, int workers, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Makes what each worker owns, such as a client; <see langword="null"/> when it owns nothing.</summary>
    public virtual Func<object>? WorkerState(ExecutionModel model) => null;

    /// <summary>Gives the function that makes this job anew in a worker process. It captures data alone; asked for after <see cref="PrepareAsync"/>.</summary>
    /// <param name="attempts">How often and how long an item is tried.</param>
    /// <param name="workers">The worker processes that share the job's limits.</param>
    public virtual Func<ItemWorker<TItem>> WorkerProcess(AttemptPolicy attempts, int workers) =>
        throw new RunException(ExitCode.Usage, $"{Name} cannot run in worker processes");

    /// <summary>The longest that an item may keep a worker process; then the process is ended, whatever it does. <see langword="null"/> for no limit.</summary>
    /// <param name="attempts">How often and how long an item is tried.</param>
    public virtual TimeSpan? CallDeadline(AttemptPolicy attempts) => null;

    /// <summary>Gives an item as it is done again after its worker died: nobody knows how far the dead one came.</summary>
    public virtual TItem Again(TItem item) => item;

    /// <summary>Gives the items, lazily: a million take no more memory than ten.</summary>
    public abstract IAsyncEnumerable<TItem> ReadItemsAsync(CancellationToken cancellationToken);

    /// <summary>What tells an item apart from others in a journal; the same for the same work in another run.</summary>
    public abstract string KeyOf(TItem item);

    /// <summary>What a reader calls the item; one line, secrets masked.</summary>
    public abstract string LabelOf(TItem item);

    /// <summary>What would be done with the item, for a run that does nothing.</summary>
    public virtual string DescribeOf(TItem item) => LabelOf(item);

    /// <summary>Does one item, blocking the thread while it waits.</summary>
    public abstract ItemResult Execute(TItem item, CancellationToken cancellationToken);

    /// <summary>Does one item without blocking a thread while it waits.</summary>
    public abstract ValueTask<ItemResult> ExecuteAsync(TItem item, CancellationToken cancellationToken);

    /// <summary>Ends a run that was made in a place of its own, after all its items and before the job is disposed.</summary>
    /// <param name="keep">Whether what the run made is wanted: put it where the user asked; or a later run makes it again: throw it away.</param>
    public virtual ValueTask SettleAsync(bool keep) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
