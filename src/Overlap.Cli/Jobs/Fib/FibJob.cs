using System.Runtime.CompilerServices;
using Overlap.Executors;

namespace Overlap.Cli.Jobs.Fib;

/// <summary>The CPU-bound classic: the naive recursion, so many times.</summary>
internal sealed class FibJob(FibOptions options) : Job<int>
{
    // Above this, a step looks whether to give up: often enough to stop at once, too seldom to be seen in the time.
    private const int SmallArgument = 25;

    public override string Name => "fib";

    public override string Template => $"fib --n {options.Argument}";

    public override IReadOnlyList<string> FieldNames { get; } = ["value"];

    public override long? ItemCount => options.Times;

    public override IReadOnlyList<ExecutionModel> Models { get; } =
        [ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes];

    public override int DefaultWorkers(ExecutionModel model) => model switch
    {
        ExecutionModel.Inline => 1,
        ExecutionModel.Async => Math.Clamp(options.Times, 1, 1_000),
        _ => Environment.ProcessorCount,
    };

    public override Func<ItemWorker<int>> WorkerProcess(AttemptPolicy attempts, int workers)
    {
        FibOptions copy = options;
        return () => new ItemWorker<int>(new FibJob(copy), attempts);
    }

    public override IAsyncEnumerable<int> ReadItemsAsync(CancellationToken cancellationToken) =>
        Enumerable.Range(1, options.Times).ToAsyncEnumerable();

    public override string KeyOf(int item) => $"#{item}";

    public override string LabelOf(int item) => $"fib({options.Argument}) #{item}";

    public override ItemResult Execute(int item, CancellationToken cancellationToken) =>
        ResultOf(item, Compute(options.Argument, cancellationToken));

    public override async ValueTask<ItemResult> ExecuteAsync(int item, CancellationToken cancellationToken) =>
        ResultOf(item, await ComputeAsync(options.Argument, cancellationToken));

    private static long Compute(int n, CancellationToken cancellationToken)
    {
        if (n <= SmallArgument)
        {
            return Fib(n);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Compute(n - 1, cancellationToken) + Compute(n - 2, cancellationToken);
    }

    private static async Task<long> ComputeAsync(int n, CancellationToken cancellationToken)
    {
        if (n <= SmallArgument)
        {
            return await FibAsync(n);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return await ComputeAsync(n - 1, cancellationToken) + await ComputeAsync(n - 2, cancellationToken);
    }

    // Compiled once and fully: otherwise the model that happens to run first would pay for the warm-up of the others.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);

    private static async Task<long> FibAsync(int n) => n < 2 ? n : await FibAsync(n - 1) + await FibAsync(n - 2);

    private ItemResult ResultOf(int item, long value) => new()
    {
        Item = LabelOf(item),
        Status = ItemStatus.Succeeded,
        Fields = [ItemField.Of("value", value)],
    };
}
