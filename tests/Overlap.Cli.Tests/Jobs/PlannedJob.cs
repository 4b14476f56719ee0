using Overlap.Cli.Jobs;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs;

/// <summary>A job whose items are numbers and whose work is what the test says.</summary>
internal sealed class PlannedJob(int count, Func<int, CancellationToken, ValueTask<ItemResult>> work) : Job<int>
{
    public int Pulled { get; private set; }

    public override string Name => "planned";

    public static ItemResult Succeed(int item) => new() { Item = $"{item}", Status = ItemStatus.Succeeded };

    public static ItemResult Fail(int item) => new() { Item = $"{item}", Status = ItemStatus.Failed, Message = "as planned", ErrorKind = "planned" };

    public override int DefaultWorkers(ExecutionModel model) => 4;

    public override async IAsyncEnumerable<int> ReadItemsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        for (int i = 1; i <= count; i++)
        {
            Pulled = i;
            yield return i;
        }
    }

    public override string KeyOf(int item) => $"{item}";

    public override string LabelOf(int item) => $"item {item}";

    public override ItemResult Execute(int item, CancellationToken cancellationToken) => work(item, cancellationToken).AsTask().GetAwaiter().GetResult();

    public override ValueTask<ItemResult> ExecuteAsync(int item, CancellationToken cancellationToken) => work(item, cancellationToken);
}
