using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>One line on standard error for every item that failed.</summary>
/// <param name="messages">Standard error.</param>
/// <param name="prefix">What stands before each item.</param>
internal sealed class FailureLines(Messages messages, string prefix = "") : IItemListener
{
    public void OnEnded(in ItemEnd end)
    {
        if (end.Result.Status == ItemStatus.Failed)
        {
            messages.WriteLine($"{prefix}{end.Result.Item}: {end.Result.Message ?? end.Result.ErrorKind ?? "failed"}");
        }
    }
}
