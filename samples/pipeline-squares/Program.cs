// A fast generator, a slow square, a printer: the pipeline says which stage holds the others up, and what four workers change.
// Usage: pipeline-squares
using System.Runtime.CompilerServices;
using Overlap.Pipelines;

foreach (int workers in (int[])[1, 4])
{
    // snippet
    Pipeline pipeline = new();
    IAsyncEnumerable<int> squares = NumbersAsync(20)
        .Buffer(8).Named(pipeline, "generate")
        .SelectParallel(SquareAsync, new SelectParallelOptions { Workers = workers }).Named(pipeline, "square");

    Console.Write($"{workers} at a time:");
    await foreach (int square in squares)
    {
        Console.Write($" {square}");
    }

    string bottleneck = pipeline.Snapshot().Bottleneck;   // "square: it works 98% of the time and waits for nobody else, with one worker"
    Console.WriteLine($"\n{bottleneck.Split(':')[0]} holds the others up");
    // end snippet
}

static async Task<int> SquareAsync(int x, CancellationToken cancellationToken)
{
    await Task.Delay(10, cancellationToken);
    return x * x;
}

static async IAsyncEnumerable<int> NumbersAsync(int count, [EnumeratorCancellation] CancellationToken cancellationToken = default)
{
    for (int i = 0; i < count; i++)
    {
        await Task.CompletedTask;
        cancellationToken.ThrowIfCancellationRequested();
        yield return i;
    }
}
