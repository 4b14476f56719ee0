namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Makes the results of transfers.</summary>
internal static class ItemResults
{
    /// <summary>The result of an item that nothing is asked for, or <see langword="null"/>.</summary>
    public static ItemResult? WithoutRequest(FetchItem item)
    {
        if (item.Problem is not null)
        {
            return new ItemResult
            {
                Item = item.Label,
                Status = ItemStatus.Failed,
                ErrorKind = FailureKind.BadUrl,
                Message = item.Problem,
                Attempts = 0,
            };
        }

        return item.SameAsLine == 0 ? null : new ItemResult
        {
            Item = item.Label,
            Status = ItemStatus.Skipped,
            Message = $"line {item.Line} is the same as line {item.SameAsLine}",
            Attempts = 0,
        };
    }

    /// <summary>The result of a transfer.</summary>
    public static ItemResult Of(
        FetchItem item, Transfer transfer, FetchFailure? failure, string? skipReason, IReadOnlyList<ItemField> fields) => new()
        {
            Item = item.Label,
            Status = failure is not null ? ItemStatus.Failed : skipReason is not null ? ItemStatus.Skipped : ItemStatus.Succeeded,
            Message = failure?.Message ?? skipReason,
            ErrorKind = failure?.Kind,
            Attempts = transfer.Attempts,
            BytesReceived = transfer.BytesReceived,
            Host = item.Host,
            WasRefused = transfer.WasRefused,
            Fields = fields,
        };

    /// <summary>The result of an item that the end of the run overtook.</summary>
    public static ItemResult NotDone(FetchItem item, Transfer transfer) => new()
    {
        Item = item.Label,
        Status = ItemStatus.NotDone,
        Message = "cancelled",
        Attempts = transfer.Attempts,
        BytesReceived = transfer.BytesReceived,
        Host = item.Host,
    };
}
