using Overlap.Benchmarks;
using Overlap.Benchmarks.Areas;
using Overlap.Benchmarks.Areas.Processes;

if (args is [FirstResult.Verb, var workers])
{
    return await FirstResult.RunAsync(int.Parse(workers));
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
