using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>One line on standard error for every item that failed.</summary>
internal sealed class FailureLines(Messages messages) : IItemListener
{
    public void OnEnded(in ItemEnd end)
    {
        if (end.Result.Status == ItemStatus.Failed)
        {
            messages.WriteLine($"{end.Result.Item}: {end.Result.Message ?? end.Result.ErrorKind ?? "failed"}");
        }
    }
}
