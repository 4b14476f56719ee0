using Overlap.Benchmarks;
using Overlap.Benchmarks.Areas;
using Overlap.Benchmarks.Areas.Processes;
using Overlap.Benchmarks.Areas.Queue;

if (args is [FirstResult.Verb, var workers])
{
    return await FirstResult.RunAsync(int.Parse(workers));
}

if (args is [QueueWorker.Verb, var url])
{
    return await QueueWorker.RunAsync(url);
}

using CancellationTokenSource interrupted = new();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    interrupted.Cancel();
};

try
{
    return await new BenchmarkProgram(AreaList.All).RunAsync(args, interrupted.Token);
}
catch (OperationCanceledException)
{
    return 130;
}
