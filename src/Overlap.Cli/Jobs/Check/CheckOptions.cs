using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Jobs.Check;

/// <summary>The settings of <c>overlap check</c>.</summary>
internal sealed record CheckOptions : TransferOptions
{
    /// <summary>The statuses that are well. Default: 200 to 299.</summary>
    public StatusSet Accept { get; init; } = StatusSet.Success;
}
