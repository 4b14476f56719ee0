using Overlap.Executors;

namespace Overlap.Cli.Jobs;

/// <summary>A job verb's work: what the items are, and how one item is done under each model, as its users would write it.</summary>
/// <remarks>
/// A run makes one job object, calls <see cref="PrepareAsync"/>, then pulls <see cref="ReadItemsAsync"/> lazily and does each item by
/// <see cref="Execute"/> (inline, threads) or <see cref="ExecuteAsync"/> (async), and disposes the job.
/// A failure of one item is an <see cref="ItemResult"/>; an exception is a failure of the whole run.
/// </remarks>
internal abstract class Job<TItem> : IAsyncDisposable
{
    /// <summary>The verb, such as <c>fetch</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The number of items if it is known without reading them all.</summary>
    public virtual long? ItemCount => null;

    /// <summary>The models that the job knows, in the order in which <c>compare</c> runs them.</summary>
    public virtual IReadOnlyList<ExecutionModel> Models { get; } = [ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async];

    /// <summary>The number of workers that the job takes under a model when the user names none.</summary>
    public abstract int DefaultWorkers(ExecutionModel model);

    /// <summary>Opens what the run needs: a site, a folder, shared clients.</summary>
    public virtual ValueTask PrepareAsync(ExecutionModel model, int workers, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Makes what each worker owns, such as a client; <see langword="null"/> when it owns nothing.</summary>
    public virtual Func<object>? WorkerState(ExecutionModel model) => null;

    /// <summary>Gives the items, lazily: a million take no more memory than ten.</summary>
    public abstract IAsyncEnumerable<TItem> ReadItemsAsync(CancellationToken cancellationToken);

    /// <summary>What tells an item apart from others in a journal; the same for the same work in another run.</summary>
    public abstract string KeyOf(TItem item);

    /// <summary>What a reader calls the item; one line, secrets masked.</summary>
    public abstract string LabelOf(TItem item);

    /// <summary>Does one item, blocking the thread while it waits.</summary>
    public abstract ItemResult Execute(TItem item, CancellationToken cancellationToken);

    /// <summary>Does one item without blocking a thread while it waits.</summary>
    public abstract ValueTask<ItemResult> ExecuteAsync(TItem item, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
